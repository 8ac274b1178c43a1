using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Providers.Streams.Common;
using Orleans.Replication.Streams.Provider;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Tests.Streams;

/// <summary>The changes of replicated states as Orleans streams, on real silos.</summary>
public sealed class StateStreamTests : IAsyncLifetime
{
    /// <summary>The provider's name.</summary>
    public const string Provider = "states";

    private readonly string _grain = Guid.NewGuid().ToString("N");
    private SiloCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private StateReference<Basket> State => new(GrainId.Create("replicatedbasket", _grain), "basket");

    public async ValueTask InitializeAsync() => _cluster = await SiloCluster.CreateAsync(3, WithStreams);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Who_is_subscribed_by_its_class_is_told_every_change_in_order()
    {
        for (var i = 0; i < 60; i++)
            await Basket(i % 3).Add(1);
        await Basket(0).Clear(null);
        await WaitUntilSeenAsync("implicit", 61);
        var seen = Followed.By($"implicit/{_grain}").ToList();
        Assert.Equal(Enumerable.Range(1, 60).Select(total => (StateChangeKind.Written, (long)total)).Append((StateChangeKind.Cleared, 0)), seen.Select(change => (change.Kind, change.Value.Total)));
        Assert.Equal(seen.Select(change => change.Version).Order(), seen.Select(change => change.Version));
        Assert.All(seen, change => Assert.Equal(State.Grain, change.Origin.Grain));
    }

    [Fact]
    public async Task Who_subscribes_hears_from_then_on_or_from_the_version_that_it_names()
    {
        await Basket(0).Add(1);
        var second = (await Basket(0).Read(ReadConsistency.Linearizable)).Version;
        await Basket(1).Add(1);
        await _cluster.Grains(1).GetGrain<IFollowerGrain>(_grain).FollowAsync(second);
        await Basket(2).Add(1);
        await WaitUntilSeenAsync("explicit", 3);
        Assert.Equal([1L, 2L, 3L], Followed.By($"explicit/{_grain}").Select(change => change.Value.Total));
    }

    [Fact]
    public async Task A_client_is_told_too()
    {
        var client = await _cluster.ConnectClientAsync(client => client
            .UseStaticClustering([.. Enumerable.Range(0, 3).Select(i => new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, _cluster.GatewayPort(i)))])
            .AddRaftStreams(Provider));
        await client.GetStreamProvider(Provider).GetStream(State).SubscribeAsync((change, _) => Followed.Add($"client/{_grain}", change));
        for (var i = 0; i < 5; i++)
            await Basket(i % 3).Add(1);
        await WaitUntilSeenAsync("client", 5);
        Assert.Equal([1L, 2L, 3L, 4L, 5L], Followed.By($"client/{_grain}").Select(change => change.Value.Total));
    }

    [Fact]
    public async Task A_follower_that_fails_is_told_again_and_holds_up_nobody()
    {
        Followed.Fail($"explicit/{_grain}", 3);
        await _cluster.Grains(0).GetGrain<IFollowerGrain>(_grain).FollowAsync(null);
        for (var i = 0; i < 10; i++)
            await Basket(i % 3).Add(1);
        await WaitUntilSeenAsync("implicit", 10);
        await WaitUntilSeenAsync("explicit", 10);
        Assert.Equal(Enumerable.Range(1, 10).Select(total => (long)total), Followed.By($"explicit/{_grain}").Select(change => change.Value.Total));
    }

    /// <summary>Each silo leaves and comes back: its agents' queues move, and what was not delivered is delivered by others, perhaps twice.</summary>
    [Fact]
    public async Task Events_go_on_while_silos_leave_and_return()
    {
        await _cluster.Grains(0).GetGrain<IFollowerGrain>(_grain).FollowAsync(null);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var away = -1;
        var written = 0;
        var writing = Task.Run(
            async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    try
                    {
                        // Counted by what it says: an addition whose silo went away may have been made.
                        written = (int)await Basket(Enumerable.Range(0, 3).First(i => i != Volatile.Read(ref away))).Add(1);
                    }
                    catch (Exception error) when (error is ReplicationException or OrleansException or TimeoutException or InvalidOperationException)
                    {
                    }

                    await Task.Delay(20, CancellationToken.None);
                }
            },
            Cancelled);
        for (var silo = 0; silo < 3; silo++)
        {
            Volatile.Write(ref away, silo);
            await _cluster.StopAsync(silo);
            await Task.Delay(300, Cancelled);
            await _cluster.StartAsync(silo);
            Volatile.Write(ref away, -1);
        }

        await end.CancelAsync();
        await writing;
        written = (int)await Basket(1).Add(1);
        foreach (var kind in (string[])["implicit", "explicit"])
        {
            await Wait.UntilAsync($"the last of {written} is told {kind}", () => Task.FromResult(Followed.By($"{kind}/{_grain}").Any(change => change.Value.Total == written)));
            RequireNothingMissed(kind, Followed.By($"{kind}/{_grain}"));
        }
    }

    [Fact]
    public async Task Nobody_publishes_on_the_stream_of_a_state()
    {
        var stream = _cluster.Services(0).GetRequiredKeyedService<IStreamProvider>(Provider).GetStream(State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.OnNextAsync(default));
        Assert.Equal(0, (await Basket(0).Read(ReadConsistency.Linearizable)).Version);
    }

    /// <summary>
    /// Every addition is told, but those that one event stands for which says so: a silo that has just started keeps nothing from before, and tells the state as it is.
    /// </summary>
    private static void RequireNothingMissed(string kind, IEnumerable<StateChange<Basket>> seen)
    {
        var told = 0L;
        foreach (var change in seen.DistinctBy(change => change.Version).OrderBy(change => change.Version))
        {
            Assert.True(
                change.Value.Total == told + 1 || (change.Kind == StateChangeKind.Compacted && change.Value.Total > told), $"{kind}: behind {told} came {change.Value.Total}, {change.Kind}.");
            told = change.Value.Total;
        }
    }

    private static void WithStreams(ISiloBuilder silo) => silo
        .AddRaftStreams(Provider, options => options.Configure(value => value.CheckpointInterval = TimeSpan.FromMilliseconds(200)))
        .AddRaftGrainStorage("PubSubStore");

    private IReplicatedBasketGrain Basket(int silo) => _cluster.Grains(silo).GetGrain<IReplicatedBasketGrain>(_grain);

    private Task WaitUntilSeenAsync(string kind, int count) =>
        Wait.UntilAsync($"{count} changes are told {kind}", () => Task.FromResult(Followed.By($"{kind}/{_grain}").Count >= count));
}
