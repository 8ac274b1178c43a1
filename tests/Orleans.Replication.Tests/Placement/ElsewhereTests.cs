using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Placement;

/// <summary>A silo that has not got a group's replica, real silos around it.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Calls_from_a_silo_without_the_group_are_served_by_one_that_has_it()
    {
        var peers = FreePorts.Take(3).Select((port, i) => ThreeSilos.MakePeer(_folder.Sub($"silo{i}"), port)).ToArray();
        var silos = Enumerable.Range(0, 3).Select(i => Create(i, peers, hasGroup: i < 2)).ToList();
        try
        {
            await Task.WhenAll(silos.Select(silo => silo.StartAsync()));
            var oracle = silos[2].Services.GetRequiredService<ISiloStatusOracle>();
            await Wait.UntilAsync("it knows the others", () => Task.FromResult(oracle.GetApproximateSiloStatuses(onlyActive: true).Count == 3));
            for (var i = 0; i < 10; i++)
            {
                var basket = silos[2].Grains.GetGrain<IPreciousBasketGrain>($"{i}");
                Assert.Equal(1, await basket.Add(1));
                Assert.NotEqual(silos[2].Address, (await basket.Where()).Silo);
                Assert.Equal(1, await silos[0].Grains.GetGrain<IPreciousBasketGrain>($"{i}").ReadTotal(ReadConsistency.Linearizable));
                Assert.Equal(silos[0].Address, (await silos[0].Grains.GetGrain<IPreciousBasketGrain>($"{i}").Where()).Silo);
            }
        }
        finally
        {
            await Task.WhenAll(silos.Select(async silo => await silo.DisposeAsync()));
        }
    }

    private TestSilo Create(int index, string[] peers, bool hasGroup) => TestSilo.Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
    {
        options.DataDirectory = _folder.Sub($"silo{index}");
        foreach (var peer in peers)
            options.Peers.Add(peer);
        if (hasGroup)
            options.Groups.Add(PreciousBasketGrain.Group);
    }));
}
