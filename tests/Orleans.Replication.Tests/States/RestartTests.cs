using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.States;

/// <summary>What is in a data folder is there again after the silo was stopped and started.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_silo_that_was_restarted_has_its_identity_its_states_and_their_versions()
    {
        using var folder = new TestFolder();
        VersionedState<Basket> written;
        string peer;
        await using (var before = await TestSilo.StartOneAsync(folder.Path))
        {
            var grain = before.Grains.GetGrain<IReplicatedBasketGrain>("g");
            for (var i = 0; i < 10; i++)
                await grain.Add(1, $"item{i}");
            written = await grain.Read(ReadConsistency.Linearizable);
            peer = before.Replication.PeerId;
        }

        await using var after = await TestSilo.StartOneAsync(folder.Path);
        Assert.Equal(peer, after.Replication.PeerId);
        var again = after.Grains.GetGrain<IReplicatedBasketGrain>("g");

        // Before it became active the silo has waited for what was acknowledged: even a stale read has it.
        var read = await again.Read(ReadConsistency.Stale);
        Assert.Equal((written.Version, 10L), (read.Version, read.Value.Total));
        Assert.Equal(written.Value.Items, read.Value.Items);
        Assert.Equal(11, await again.Add(1));
        Assert.True((await again.Read(ReadConsistency.Linearizable)).Version > written.Version);
    }

    [Fact]
    public async Task A_silo_that_was_down_has_caught_up_when_it_serves_again()
    {
        await using var silos = new ThreeSilos();
        await silos.InitializeAsync();
        for (var round = 1; round <= 3; round++)
        {
            var down = round % 3;
            await silos[down].StopAsync();
            for (var i = 0; i < 50; i++)
                await silos[(down + 1) % 3].Grains.GetGrain<IReplicatedBasketGrain>($"g{i}").Add(1);
            await silos.RestartAsync(down);
            for (var i = 0; i < 50; i++)
                Assert.Equal(round, await silos[down].Grains.GetGrain<IReplicatedBasketGrain>($"g{i}").ReadTotal(ReadConsistency.Stale));
        }
    }
}
