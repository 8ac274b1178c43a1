using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Groups;
using Orleans.Replication.Streams.Provider;

namespace Orleans.Hosting;

/// <summary>Adds streams of the changes of replicated states to a silo. Needs <c>AddRaftReplication()</c>.</summary>
public static class RaftStreamsSiloBuilderExtensions
{
    /// <summary>
    /// Makes each replicated state of a group an Orleans stream of its changes, which grains and clients subscribe to (<see cref="StateStreamExtensions"/>). Nobody publishes: whatever
    /// changes a state is an event. Events come in the order of their state's versions, perhaps more than once, and go on coming when a silo is lost.
    /// </summary>
    /// <remarks>
    /// While a queue moves to another silo, because one joins, leaves or is lost, a subscriber may miss changes: the next one that it gets has the state as it is then. Who must not miss any watches the state
    /// or the group (<see cref="Orleans.Replication.IReplicationGroup.WatchAsync"/>), which promises it. A subscriber that falls behind what the replicas keep gets the state as it is now (<see cref="Orleans.Replication.StateChangeKind.Compacted"/>) and goes on from there; it holds up nobody. Orleans
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
            new ProviderGroupValidator($"Stream provider '{name}'", services.GetRequiredService<IOptionsMonitor<RaftStreamOptions>>().Get(name).Group, services));
        return builder.AddPersistentStreams(name, RaftStreamAdapterFactory.Create, configureStream ?? (_ => { }));
    }
}
