using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.States;

/// <summary>What a grain can do with a replicated state, on a silo of its own. Each test has a grain of its own.</summary>
public sealed class ReplicatedStateTests(OneSilo one) : IClassFixture<OneSilo>
{
    private static int lastGrain;

    private readonly IReplicatedBasketGrain _grain = one.Silo.Grains.GetGrain<IReplicatedBasketGrain>($"grain{Interlocked.Increment(ref lastGrain)}");

    [Fact]
    public async Task A_state_that_was_never_written_reads_as_a_new_one_with_version_0()
    {
        var read = await _grain.Read(ReadConsistency.Linearizable);
        Assert.Equal((new Basket().Total, 0L, false), (read.Value.Total, read.Version, read.Exists));
        Assert.False(await _grain.Take(1));
        Assert.Equal(0, (await _grain.Read(ReadConsistency.Linearizable)).Version);
    }

    [Fact]
    public async Task Operations_build_on_each_other_and_give_their_results()
    {
        Assert.Equal(5, await _grain.Add(5, "five"));
        Assert.Equal(7, await _grain.Add(2, "two"));
        Assert.True(await _grain.Take(7));
        Assert.False(await _grain.Take(1));
        Assert.Equal(["five", "two"], (await _grain.Read(ReadConsistency.Linearizable)).Value.Items);
    }

    [Theory]
    [InlineData(ReadConsistency.Linearizable)]
    [InlineData(ReadConsistency.Lease)]
    [InlineData(ReadConsistency.Stale)]
    public async Task A_read_on_the_silo_of_the_writer_sees_the_write(ReadConsistency consistency)
    {
        for (var total = 1; total <= 20; total++)
        {
            await _grain.Add(1);
            Assert.Equal(total, await _grain.ReadTotal(consistency));
        }
    }
}
