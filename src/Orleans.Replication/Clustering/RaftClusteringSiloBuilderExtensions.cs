using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Replication.Clustering.Losses;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.Groups;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Lets silos find each other through a Raft group.</summary>
public static class RaftClusteringSiloBuilderExtensions
{
    /// <summary>Keeps the silos' membership table in a Raft group: the silos form one cluster without an external part.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder UseRaftClustering(this ISiloBuilder builder, Action<RaftClusteringOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.UseRaftClustering(options => options.Configure(configureOptions));
    }

    /// <summary>Keeps the silos' membership table in a Raft group: the silos form one cluster without an external part.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder UseRaftClustering(this ISiloBuilder builder, Action<OptionsBuilder<RaftClusteringOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => Add(services, configureOptions));
    }

    private static void Add(IServiceCollection services, Action<OptionsBuilder<RaftClusteringOptions>>? configureOptions)
    {
        configureOptions?.Invoke(services.AddOptions<RaftClusteringOptions>());
        if (services.Any(descriptor => descriptor.ServiceType == typeof(RaftMembershipTable)))
            return;

        services.ConfigureFormatter<RaftClusteringOptions>();
        services.AddTransient<IConfigurationValidator, RaftClusteringOptionsValidator>();
        services.AddTransient<IConfigurationValidator>(provider =>
            new ProviderGroupValidator("Clustering", provider.GetRequiredService<IOptions<RaftClusteringOptions>>().Value.Group, provider));
        ShutdownLimit.AddTo(services);
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, StatusRetries>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, TableNews>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, LostProcesses>();
        services.AddSingleton(Create);
        services.AddSingleton(CreateServer);
        services.AddSingleton<IMembershipTable>(provider => provider.GetRequiredService<RaftMembershipTable>());
    }

    // Lazily: what it reads is behind the transport that it is part of.
    private static GatewayServer CreateServer(IServiceProvider services) => new(
        services.GetRequiredService<IOptions<RaftClusteringOptions>>(),
        services.GetRequiredService<IOptions<ClusterOptions>>(),
        services.GetRequiredService<IReplicationHost>,
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<GatewayServer>>());

    private static RaftMembershipTable Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<RaftClusteringOptions>>();
        var membership = services.GetRequiredService<IOptions<ClusterMembershipOptions>>();
        return new RaftMembershipTable(
            services.GetRequiredService<IOptions<ClusterOptions>>(),
            () => services.GetRequiredService<IGroupAccesses>().Get(options.Value.Group),
            // Without liveness the runtime declares nobody dead.
            () => membership.Value.LivenessEnabled ? services.GetRequiredService<ILocalSiloDetails>().SiloAddress : null,
            services.GetRequiredService<ShutdownLimit>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<RaftMembershipTable>>());
    }
}
