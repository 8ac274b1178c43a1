using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Access;
using Orleans.Replication.Placement;

namespace Orleans.Hosting;

/// <summary>Adds replicated states to a silo that holds no replica.</summary>
public static class RemoteRaftReplicationSiloBuilderExtensions
{
    /// <summary>
    /// Uses the groups of other silos, in place of <see cref="RaftReplicationSiloBuilderExtensions.AddRaftReplication"/>: <see cref="IReplicationGroup"/> and <see cref="ReplicatedStateAttribute"/>
    /// in ordinary grains work as on those, through one of them. <see cref="ReplicatedAttribute">Replicated grains</see> are never activated here: calls to them go to silos that hold a replica. The
    /// silos have to allow it: <see cref="RaftReplicationOptions.AccessToken"/>. May be called again: the options add up.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets options, after the configuration has.</param>
    /// <exception cref="ReplicationConfigurationException">The silo holds replicas.</exception>
    public static ISiloBuilder UseRemoteRaftReplication(this ISiloBuilder builder, Action<RaftAccessOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(IReplicationHost)))
            throw new ReplicationConfigurationException(RemoteAccess.HasBoth);
        if (!builder.Services.Any(service => service.ServiceType == typeof(ILocalReplicas)))
        {
            // The manifest of this silo then does not have these classes, so that no silo takes it for one that can serve them.
            builder.Services.PostConfigure<GrainTypeOptions>(options => options.Classes.RemoveWhere(type => type.IsDefined(typeof(ReplicatedAttribute), inherit: true)));
            builder.Services.AddSingleton<ILocalReplicas, NoReplicas>();
            builder.Services.AddReplicatedGrains();
        }

        RemoteAccess.Add(builder.Services, configure);
        return builder;
    }
}
