using System.Buffers;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

public sealed class ReceiveBlockPoolTests
{
    [Fact]
    public void The_block_returned_last_is_used_first()
    {
        using var pool = new ReceiveBlockPool();
        var (first, second) = (pool.Rent(), pool.Rent());
        Assert.NotSame(first, second);
        first.Dispose();
        second.Dispose();

        Assert.Same(second, pool.Rent(ReceiveBlockPool.BlockBytes));
        Assert.Same(first, pool.Rent(1));
    }

    [Fact]
    public void A_block_returned_twice_is_given_out_once()
    {
        using var pool = new ReceiveBlockPool();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();

        Assert.NotSame(pool.Rent(), pool.Rent());
    }

    [Fact]
    public void No_more_than_the_limit_lies_idle()
    {
        using var pool = new ReceiveBlockPool();
        var blocks = new List<IMemoryOwner<byte>>();
        while (blocks.Count < ReceiveBlockPool.MaxIdleBlocks + 10)
            blocks.Add(pool.Rent());
        blocks.ForEach(block => block.Dispose());

        Assert.Equal(ReceiveBlockPool.MaxIdleBlocks, pool.IdleBlocks);
    }

    [Fact]
    public void More_than_a_block_is_not_served()
    {
        using var pool = new ReceiveBlockPool();

        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(ReceiveBlockPool.BlockBytes + 1));
    }
}
