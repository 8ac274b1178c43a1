using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Metadata;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Access;

/// <summary>A cluster of three silos that hold replicas and two that hold none.</summary>
public sealed class RemoteSiloTests : IAsyncLifetime
{
    private const string Token = "what clients and silos share";
    private const int Replicas = 3;

    private readonly TestFolder _folder = new();
    private readonly List<IHost> _silos = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var ports = FreePorts.Take(Replicas + (2 * (Replicas + 2)));
        var peers = ports.Take(Replicas).Select((port, i) => ThreeSilos.MakePeer(_folder.Sub($"silo{i}"), port)).ToArray();
        var primary = new IPEndPoint(IPAddress.Loopback, ports[Replicas]);
        for (var i = 0; i < Replicas + 2; i++)
            _silos.Add(Create(i, ports[Replicas + (2 * i)], ports[Replicas + (2 * i) + 1], primary, peers));
        await Task.WhenAll(_silos.Select(silo => silo.StartAsync(Cancelled)));
        foreach (var silo in _silos)
        {
            // A silo knows of classes that it does not have itself once it has the manifests of those that do.
            var manifests = silo.Services.GetRequiredService<IClusterManifestProvider>();
            var oracle = silo.Services.GetRequiredService<ISiloStatusOracle>();
            await Wait.UntilAsync(
                "each knows the others and what they have",
                () => Task.FromResult(manifests.Current.Silos.Count == _silos.Count && oracle.GetApproximateSiloStatuses(onlyActive: true).Count == _silos.Count));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The primary, which has the membership table, is the last.
        foreach (var silo in Enumerable.Reverse(_silos))
        {
            await silo.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)silo).DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_silo_without_a_replica_uses_states_in_ordinary_grains_and_sends_calls_to_replicated_ones_on()
    {
        var without = _silos[^1];
        var own = without.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var grains = without.Services.GetRequiredService<IGrainFactory>();
        var withReplicas = _silos.Take(Replicas).Select(silo => silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress).ToHashSet();

        // Replicated grains: served by a silo that has a replica, never by one of the two that have none.
        for (var i = 0; i < 20; i++)
        {
            var basket = grains.GetGrain<IReplicatedBasketGrain>($"{i}");
            Assert.Equal(1, await basket.Add(1));
            Assert.Contains((await basket.Where()).Silo, withReplicas);
            var (caller, callee) = await grains.GetGrain<ICallerGrain>($"{i}").Call($"{i}");
            Assert.Equal(own, caller.Silo);
            Assert.Contains(callee.Silo, withReplicas);
            Assert.Equal(1, await _silos[0].Services.GetRequiredService<IGrainFactory>().GetGrain<IReplicatedBasketGrain>($"{i}").ReadTotal(ReadConsistency.Linearizable));
        }

        // An ordinary grain, wherever it is: here as well.
        IOrdinaryBasketGrain? here = null;
        for (var i = 0; here is null; i++)
        {
            var basket = grains.GetGrain<IOrdinaryBasketGrain>($"{i}");
            Assert.Equal(2, await basket.Add(2));
            if ((await basket.Where()).Silo.Equals(own))
                here = basket;
        }

        Assert.Equal(0, (await here.ReadAtActivation()).Version);
        Assert.Equal(5, await here.Add(3));
        Assert.Equal(5, (await here.Read(ReadConsistency.Linearizable)).Value.Total);
        var rejected = await Assert.ThrowsAsync<OperationRejectedException>(async () => await here.Fail("no"));
        Assert.Equal("no", rejected.Message);

        // The silos with replicas see the same state, and who changed it.
        var reference = new StateReference<Basket>(((IAddressable)here).AsReference<IOrdinaryBasketGrain>().GetGrainId(), "basket");
        var there = _silos[0].Services.GetRequiredService<IReplicationGroup>().GetState(reference);
        var read = await there.ReadVersionedAsync(cancellationToken: Cancelled);
        Assert.Equal(5, read.Value.Total);
        Assert.Equal(reference.Grain, (await there.ReadAtAsync(read.Version, Cancelled)).Origin.Grain);

        // And what the service of the silo does is the same.
        var group = without.Services.GetRequiredService<IReplicationGroup>();
        var done = await group.TransactAsync(new GroupTransaction().Require(reference, read.Version).Apply(reference, new Add(1)), Cancelled);
        Assert.True(done.Committed);
        Assert.Equal(6, (await here.Read(ReadConsistency.Linearizable)).Value.Total);
    }

    private IHost Create(int index, int siloPort, int gatewayPort, IPEndPoint primary, string[] peers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(primary)
                .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("test", "test"))
                .ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort);
            if (index < Replicas)
            {
                silo.AddRaftReplication(options =>
                {
                    options.DataDirectory = _folder.Sub($"silo{index}");
                    options.AccessToken = Token;
                    foreach (var peer in peers)
                        options.Peers.Add(peer);
                });
            }
            else
            {
                silo.UseRemoteRaftReplication(options => (options.Seeds, options.AccessToken) = ([peers[1]], Token));
            }
        });
        return builder.Build();
    }
}
