using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.States;
using Orleans.Runtime;

namespace Orleans.Replication.Access;

/// <summary>Adds what clients and silos without a replica have in common.</summary>
internal static class RemoteAccess
{
    /// <summary>A silo that was asked for both.</summary>
    public const string HasBoth =
        "AddRaftReplication() and UseRemoteRaftReplication() are both called for one silo. A silo holds replicas, or uses groups through the silos that do: leave one of them out. "
        + "Providers with ProviderType 'Raft' in the configuration bring AddRaftReplication() with them, unless Orleans:Replication:Seeds names silos there.";

    /// <summary>Adds the groups, used remotely. May be called again: the options add up.</summary>
    public static void Add(IServiceCollection services, Action<RaftAccessOptions>? configure)
    {
        if (!services.Any(service => service.ServiceType == typeof(AccessClient)))
            AddServices(services);
        if (configure is not null)
            services.Configure(configure);
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddOptions<RaftAccessOptions>().Configure<IServiceProvider>((options, provider) =>
            provider.GetService<IConfiguration>()?.GetSection(RaftReplicationOptions.ConfigurationSection).Bind(options));
        services.ConfigureFormatter<RaftAccessOptions>();
        services.AddSingleton<IConfigurationValidator, RaftAccessOptionsValidator>();
        services.AddStates();
        services.AddSingleton<AccessClient>();
        services.AddSingleton<IReplicationGroup>(provider => new RemoteReplicationGroup(ReplicationGroups.Default, provider));
        services.AddKeyedSingleton<IReplicationGroup>(KeyedService.AnyKey, (provider, name) => new RemoteReplicationGroup((string)name!, provider));
        services.AddKeyedSingleton<IStateSource>(KeyedService.AnyKey, (provider, name) => new RemoteReplicationGroup((string)name!, provider));
    }
}
