using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Groups;
using Orleans.Replication.Streams.Provider;

namespace Orleans.Hosting;

/// <summary>Adds streams of the changes of replicated states to a silo. Needs <c>AddRaftReplication()</c>.</summary>
public static class RaftStreamsSiloBuilderExtensions
{
    private const string OnlyWithReplica =
        "Leave it out here, and follow changes with IReplicationGroup.WatchAsync; or give the silo a replica: Orleans' default balancer divides the queues of a stream provider among all silos of the cluster.";

    /// <summary>
    /// Makes each replicated state of a group an Orleans stream of its changes, which grains and clients subscribe to (<see cref="StateStreamExtensions"/>). Nobody publishes: whatever
    /// changes a state is an event. Every subscriber is told every change, in the order of its state's versions, perhaps more than once, also when silos leave or are lost.
    /// </summary>
    /// <remarks>
    /// A subscriber that falls behind what the replica of its agent's silo keeps, which has nothing from before its start, gets the state as it is now
    /// (<see cref="Orleans.Replication.StateChangeKind.Compacted"/>) and goes on from there; it holds up nobody. An event that a subscriber cannot deal with for as long as Orleans tries
    /// (<see cref="StreamPullingAgentOptions.MaxEventDeliveryTime"/>, 1 minute) is passed over. Who subscribes without a version may be told some changes from just before. Orleans
    /// wants storage named <c>PubSubStore</c> for explicit subscriptions: <c>AddRaftGrainStorage("PubSubStore")</c>.
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. Under another name the streams begin anew.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    /// <param name="configureStream">Configures what Orleans does with the events: the agents, their balance, the kind of subscriptions.</param>
    public static ISiloBuilder AddRaftStreams(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<RaftStreamOptions>>? configureOptions = null, Action<ISiloPersistentStreamConfigurator>? configureStream = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        RaftStreamAdapterFactory.AddOptions(builder.Services, name, configureOptions);
        builder.Services.AddTransient<IConfigurationValidator>(services =>
            new ProviderGroupValidator($"Stream provider '{name}'", services.GetRequiredService<IOptionsMonitor<RaftStreamOptions>>().Get(name).Group, services, OnlyWithReplica));
        return builder.AddPersistentStreams(name, RaftStreamAdapterFactory.Create, configureStream ?? (_ => { }));
    }
}
