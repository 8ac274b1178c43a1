using Orleans.Hosting;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Streams;

/// <summary>Orleans' stock memory streams, with their subscriptions in grain storage.</summary>
public sealed class PubSubStoreTests
{
    [Fact]
    public async Task Subscriptions_survive_the_silo_until_they_are_ended()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithStreams);
        await Listener(cluster).SubscribeAsync();
        await Listener(cluster).SayAsync(1);
        await WaitUntilHeardAsync(cluster, 1);

        await cluster.StopAsync(0);
        await cluster.StartAsync(0);
        await Listener(cluster).SayAsync(2);
        await WaitUntilHeardAsync(cluster, 2);

        await Listener(cluster).UnsubscribeAsync();
        await cluster.StopAsync(0);
        await cluster.StartAsync(0);
        await Listener(cluster).SubscribeAsync();
        await Listener(cluster).SayAsync(3);
        await WaitUntilHeardAsync(cluster, 3);
    }

    private static IListenerGrain Listener(SiloCluster cluster) => cluster.Grains(0).GetGrain<IListenerGrain>("Ада/1");

    // Once: a subscription that had outlived its end would hear it a second time.
    private static Task WaitUntilHeardAsync(SiloCluster cluster, int number) =>
        Wait.UntilAsync($"{number} is heard", async () => (await Listener(cluster).HeardAsync()).Count(heard => heard == number) == 1);

    private static void WithStreams(ISiloBuilder silo) => silo.AddMemoryStreams(ListenerGrain.ProviderName).AddRaftGrainStorage("PubSubStore");
}
