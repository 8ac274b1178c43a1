using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Access;
using Orleans.Replication.Administration;
using Orleans.Replication.Groups;
using Orleans.Replication.Joining;
using Orleans.Replication.Placement;
using Orleans.Replication.States;
using Orleans.Replication.States.Versions;
using Orleans.Replication.Transport;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;

namespace Orleans.Hosting;

/// <summary>Adds replication to a silo's services.</summary>
public static class RaftReplicationServiceCollectionExtensions
{
    /// <summary>
    /// Adds this silo's replicas, <see cref="ReplicatedAttribute">replicated grains</see> and <see cref="IReplicatedState{TState}"/>. Without
    /// arguments, and without a section <c>Orleans:Replication</c>, it is a group of one on loopback with its data below <c>./data</c>. May be
    /// called again: the options add up.
    /// </summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configure">Sets options, after the configuration has.</param>
    public static IServiceCollection AddRaftReplication(this IServiceCollection services, Action<RaftReplicationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(service => service.ServiceType == typeof(IReplicationHost)))
            AddServices(services);
        if (configure is not null)
            services.Configure(configure);
        return services;
    }

    private static void AddServices(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(AccessClient)))
            throw new ReplicationConfigurationException(RemoteAccess.HasBoth);
        services.AddOptions<RaftReplicationOptions>().Configure<IServiceProvider>((options, provider) =>
            provider.GetService<IConfiguration>()?.GetSection(RaftReplicationOptions.ConfigurationSection).Bind(options));
        services.ConfigureFormatter<RaftReplicationOptions>();

        services.AddSingleton<ReplicationHost>();
        services.AddSingleton<IReplicationHost>(provider => provider.GetRequiredService<ReplicationHost>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ReplicationHost>());
        ShutdownLimit.AddTo(services);
        services.AddSingleton<PeerConnections>();
        services.AddSingleton<IReplicationTransport, Libp2pTransport>();
        services.AddSingleton<IReplicationManager, ReplicationManager>();

        // Lazily: what it serves needs the transport that it is part of.
        services.AddSingleton(provider => new AdminServer(
            provider.GetRequiredService<IReplicationHost>,
            provider.GetRequiredService<IReplicationManager>,
            provider.GetRequiredService<IOptions<RaftReplicationOptions>>(),
            provider.GetRequiredService<ILogger<AdminServer>>()));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new JoinServer(
            provider.GetRequiredService<IReplicationHost>,
            provider.GetRequiredService<IOptions<RaftReplicationOptions>>(),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<JoinServer>>()));
        services.AddSingleton(provider => new AccessServer(
            provider.GetRequiredService<IReplicationHost>,
            ActivatorUtilities.CreateInstance<AccessAnswers>(provider),
            ActivatorUtilities.CreateInstance<AccessWatches>(provider),
            ActivatorUtilities.CreateInstance<AccessTableWatches>(provider),
            ActivatorUtilities.CreateInstance<AccessScans>(provider),
            provider.GetRequiredService<IOptions<RaftReplicationOptions>>(),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AccessServer>>()));
        services.AddSingleton<CommittedOperations>();
        services.AddSingleton<CommandCheck>();
        services.AddSingleton(provider => new JoinClient(
            provider.GetRequiredService<IReplicationHost>,
            provider.GetRequiredService<IOptions<RaftReplicationOptions>>(),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<JoinClient>>()));
        services.AddSingleton<IConfigurationValidator, RaftReplicationOptionsValidator>();
        services.AddSingleton<GroupTables>();

        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, VersionRaisers>();
        services.AddSingleton<IGroupAccesses, LocalGroupAccesses>();
        services.AddStates();
        services.AddSingleton<IReplicationGroup>(provider => new ReplicationGroup(ReplicationGroups.Default, provider));
        services.AddKeyedSingleton<IReplicationGroup>(KeyedService.AnyKey, (provider, name) => new ReplicationGroup((string)name!, provider));
        services.AddKeyedSingleton<IStateSource>(KeyedService.AnyKey, (provider, name) => new ReplicationGroup((string)name!, provider));
        services.TryAddSingleton<ILocalReplicas, LocalReplicas>();
        services.AddReplicatedGrains();
    }
}
