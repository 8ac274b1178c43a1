using System.Buffers;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// The memory in which what arrives on streams waits for its readers: blocks of one size that are used again, the last returned first. For the whole process.
/// </summary>
/// <remarks>
/// The shared array pool keeps about 2 MiB of arrays of one size. A reader that lags by a grown window has more than that in use, and a quarter of all bytes
/// of a fast transfer was memory made anew.
/// </remarks>
internal sealed class ReceiveBlockPool : MemoryPool<byte>
{
    internal const int BlockBytes = 32 * 1024;

    /// <summary>16 MiB, the largest window of one stream by default: what lies idle here stays for the next transfer, and what is beyond it goes to the collector.</summary>
    internal const int MaxIdleBlocks = 512;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _idle = new();

    /// <summary>The one that streams use.</summary>
    internal static new ReceiveBlockPool Shared { get; } = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    internal int IdleBlocks
    {
        get
        {
            lock (_lock)
                return _idle.Count;
        }
    }

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        lock (_lock)
        {
            if (_idle.TryPop(out var block))
                return block.Take();
        }

        return new Block(this).Take();
    }

    /// <summary>Nothing: blocks in use outlive any owner, and idle ones are the collector's once the pool is.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (_idle.Count < MaxIdleBlocks)
                _idle.Push(block);
        }
    }

    private sealed class Block(ReceiveBlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes);
        private int _isTaken;

        public Memory<byte> Memory => _bytes;

        public Block Take()
        {
            _isTaken = 1;
            return this;
        }

        /// <summary>Goes back, once: a block that went back twice would be two streams' memory.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isTaken, 0) == 1)
                pool.Return(this);
        }
    }
}
