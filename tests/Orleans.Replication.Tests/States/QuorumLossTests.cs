using Orleans.Hosting;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.States;

/// <summary>A silo whose two peers are down: it has a replica and no quorum.</summary>
public sealed class QuorumLossTests : IAsyncLifetime
{
    private static readonly TimeSpan ProposalTimeout = TimeSpan.FromSeconds(10);

    private readonly TestFolder _folder = new();
    private TestSilo? _silo;

    public async ValueTask InitializeAsync()
    {
        var peers = FreePorts.Take(3).Select((port, i) => ThreeSilos.MakePeer(_folder.Sub($"silo{i}"), port)).ToArray();

        // Not the group's own clustering: the silo could not even join.
        _silo = TestSilo.CreateAlone(silo => silo.AddRaftReplication(options =>
        {
            options.DataDirectory = _folder.Sub("silo0");
            options.CatchUpTimeout = TimeSpan.FromMilliseconds(100);
            options.ProposalTimeout = ProposalTimeout;
            options.ReadTimeout = TimeSpan.FromMilliseconds(500);
            foreach (var peer in peers)
                options.Peers.Add(peer);
        }));
        await _silo.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Reads_do_not_queue_behind_a_write_that_waits_for_its_commit()
    {
        var grain = _silo!.Grains.GetGrain<IReplicatedBasketGrain>("g");
        await grain.Where();
        var write = grain.Add(1).AsTask();
        for (var i = 0; i < 20; i++)
            Assert.Equal(0, await grain.ReadTotal(ReadConsistency.Stale));
        Assert.False(write.IsCompleted, "The write ended before the reads, so they proved nothing.");
        Assert.Contains("othing was written", (await Assert.ThrowsAsync<ReplicationUnavailableException>(() => write)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_quorum_a_grain_is_activated_and_read_stale_but_not_linearizable()
    {
        var grain = _silo!.Grains.GetGrain<IReplicatedBasketGrain>("g");
        Assert.Equal(0, (await grain.ReadAtActivation()).Version);
        Assert.Equal(0, await grain.ReadTotal(ReadConsistency.Stale));
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.ReadTotal(ReadConsistency.Linearizable));
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.Read(ReadConsistency.Lease));
        var old = await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.ReadStale(TimeSpan.FromDays(1)));
        Assert.Contains("has not been up to date since its start", old.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_does_not_say_its_consistency_has_that_of_its_state_and_one_that_does_has_its_own()
    {
        var grain = _silo!.Grains.GetGrain<IRelaxedGrain>("g");
        Assert.Equal(0, await grain.ReadAnyAge(null));
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.ReadAnyAge(ReadConsistency.Linearizable));

        // It has never been up to date.
        var old = await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.ReadWithinAnHour(null));
        Assert.Contains("01:00:00 was asked for", old.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.ReadVersionedWithinAnHour());
        Assert.Equal(0, await grain.ReadWithinAnHour(ReadConsistency.Stale));
    }
}
