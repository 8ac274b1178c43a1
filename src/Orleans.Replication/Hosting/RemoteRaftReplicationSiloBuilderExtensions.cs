using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Access;
using Orleans.Replication.Groups;
using Orleans.Replication.Hosting;
using Orleans.Replication.Placement;

namespace Orleans.Hosting;

/// <summary>Adds replicated states to a silo that holds no replica.</summary>
public static class RemoteRaftReplicationSiloBuilderExtensions
{
    /// <summary>
    /// Uses the groups of other silos, in place of <see cref="RaftReplicationSiloBuilderExtensions.AddRaftReplication"/>: <see cref="IReplicationGroup"/> and <see cref="ReplicatedStateAttribute"/>
    /// in ordinary grains work as on those, through one of them; so do this package's providers, all but the streams, at the cost of one request to such a silo for each access. <see cref="ReplicatedAttribute">Replicated grains</see> are never activated here: calls to them go to silos that hold a replica. The
    /// silos have to allow it: <see cref="RaftReplicationOptions.AccessToken"/>. May be called again: the options add up.
    /// </summary>
    /// <remarks>
    /// Providers that the configuration names bring this with them when <c>Orleans:Replication</c> has <see cref="RaftAccessOptions.Seeds"/>, and neither <see cref="RaftReplicationOptions.Peers"/>
    /// nor <see cref="RaftReplicationOptions.JoinAddresses"/>. Of <see cref="RaftReplicationOptions"/>, <see cref="RaftReplicationOptions.ShutdownTimeout"/> and
    /// <see cref="RaftReplicationOptions.MaxCommandBytes"/> hold here as well; the latter has to be that of the silos with replicas.
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets options, after the configuration has.</param>
    /// <exception cref="ReplicationConfigurationException">The silo holds replicas.</exception>
    public static ISiloBuilder UseRemoteRaftReplication(this ISiloBuilder builder, Action<RaftAccessOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(IReplicationHost)))
            throw new ReplicationConfigurationException(RemoteAccess.HasBoth);
        var isFirst = !builder.Services.Any(service => service.ServiceType == typeof(ILocalReplicas));
        if (isFirst)
        {
            // The manifest of this silo then does not have these classes, so that no silo takes it for one that can serve them.
            builder.Services.PostConfigure<GrainTypeOptions>(options => options.Classes.RemoveWhere(type => type.IsDefined(typeof(ReplicatedAttribute), inherit: true)));
            builder.Services.AddSingleton<ILocalReplicas, NoReplicas>();
            builder.Services.AddReplicatedGrains();
            AddProviders(builder.Services);
        }

        RemoteAccess.Add(builder.Services, configure);
        if (isFirst)
            UnlistedProviders.AddTo(builder);
        return builder;
    }

    // What providers need beside the groups. Of the options of replicas they look at two: ShutdownTimeout and MaxCommandBytes.
    private static void AddProviders(IServiceCollection services)
    {
        services.AddOptions<RaftReplicationOptions>().Configure<IServiceProvider>((options, provider) =>
            provider.GetService<IConfiguration>()?.GetSection(RaftReplicationOptions.ConfigurationSection).Bind(options));
        ShutdownLimit.AddTo(services);
        services.AddSingleton<IGroupAccesses, RemoteGroupAccesses>();
    }
}
