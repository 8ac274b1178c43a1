using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Replication.Placement;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Placement;

/// <summary>Where replicated grains run, on three real silos.</summary>
public sealed class ReplicatedGrainTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    [Fact]
    public async Task Two_hundred_racing_calls_on_each_silo_meet_one_activation_on_each_silo_the_caller_s_own()
    {
        var calls = silos.All.SelectMany(silo => Enumerable.Range(0, 200).Select(async _ =>
            (Caller: silo.Address, Callee: await silo.Grains.GetGrain<IReplicatedBasketGrain>("race").Where())));
        var served = await Task.WhenAll(calls);
        Assert.All(served, call => Assert.Equal(call.Caller, call.Callee.Silo));
        Assert.Equal(3, served.Select(call => call.Callee.Activation).Distinct().Count());
    }

    [Fact]
    public async Task A_grain_s_call_is_served_by_the_grain_s_own_silo()
    {
        for (var i = 0; i < 30; i++)
        {
            var silo = silos[i % 3];
            var (caller, callee) = await silo.Grains.GetGrain<ICallerGrain>($"caller{i}").Call("called");
            Assert.Equal((silo.Address, silo.Address), (caller.Silo, callee.Silo));
        }
    }

    [Fact]
    public async Task A_write_on_one_silo_is_seen_by_linearizable_reads_on_all()
    {
        for (var i = 1; i <= 30; i++)
        {
            var key = $"shared{i % 5}";
            var total = await silos[i % 3].Grains.GetGrain<IReplicatedBasketGrain>(key).Add(1);
            foreach (var silo in silos.All)
                Assert.Equal(total, await silo.Grains.GetGrain<IReplicatedBasketGrain>(key).ReadTotal(ReadConsistency.Linearizable));
        }
    }

    [Fact]
    public async Task Operations_of_all_silos_on_one_state_are_applied_once_each_and_the_replicas_are_equal()
    {
        var adds = silos.All.SelectMany(silo => Enumerable.Range(0, 100).Select(i =>
            silo.Grains.GetGrain<IReplicatedBasketGrain>("hot").Add(1, $"{silo.Address.Endpoint.Port}/{i}").AsTask()));
        var totals = await Task.WhenAll(adds);
        Assert.Equal(Enumerable.Range(1, 300).Select(i => (long)i), totals.Order());

        await Task.WhenAll(silos.All.Select(silo => silo.Group.ReadBarrierAsync(TestContext.Current.CancellationToken).AsTask()));
        var replicas = silos.All.Select(silo => silo.Group.GetReader("states").Scan(default)
            .Select(row => (Convert.ToHexString(row.Key.Span), row.Value.Version, Convert.ToHexString(row.Value.Value.Span))).ToArray()).ToArray();
        Assert.NotEmpty(replicas[0]);
        Assert.Equal(replicas[0], replicas[1]);
        Assert.Equal(replicas[0], replicas[2]);
    }

    [Fact]
    public void The_class_is_reentrant_immovable_unordered_and_in_no_directory()
    {
        var manifest = silos[0].Services.GetRequiredService<IClusterManifestProvider>().Current;
        var type = silos[0].Services.GetRequiredService<GrainTypeResolver>().GetGrainType(typeof(ReplicatedBasketGrain));
        var properties = manifest.AllGrainManifests.Select(m => m.Grains.GetValueOrDefault(type)).First(p => p is not null)!.Properties;
        Assert.Equal("true", properties[WellKnownGrainTypeProperties.Reentrant]);
        Assert.Equal("true", properties[WellKnownGrainTypeProperties.Unordered]);
        Assert.Equal("3", properties[WellKnownGrainTypeProperties.Immovable]);
        Assert.Equal(nameof(ReplicatedPlacement), properties[WellKnownGrainTypeProperties.PlacementStrategy]);
        Assert.Equal(ReplicatedPlacement.DirectoryName, properties[WellKnownGrainTypeProperties.GrainDirectory]);
        Assert.Equal("default", properties[ReplicatedPlacement.GroupProperty]);
    }
}
