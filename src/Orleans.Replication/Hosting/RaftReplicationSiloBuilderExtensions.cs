using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Hosting;

namespace Orleans.Hosting;

/// <summary>Adds replication to a silo.</summary>
public static class RaftReplicationSiloBuilderExtensions
{
    /// <inheritdoc cref="RaftReplicationServiceCollectionExtensions.AddRaftReplication"/>
    /// <remarks>
    /// Log-consistency providers and storage of transactional states that the configuration names (<c>Orleans:LogConsistency</c>, <c>Orleans:TransactionalState</c>, with <c>ProviderType</c> "Raft")
    /// are added as well: Orleans looks for the other kinds itself.
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets options, after the configuration has.</param>
    public static ISiloBuilder AddRaftReplication(this ISiloBuilder builder, Action<RaftReplicationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var isFirst = !builder.Services.Any(service => service.ServiceType == typeof(IReplicationHost));
        builder.Services.AddRaftReplication(configure);
        if (isFirst)
            UnlistedProviders.AddTo(builder);
        return builder;
    }
}
