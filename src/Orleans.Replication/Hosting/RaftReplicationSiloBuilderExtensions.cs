using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Adds replication to a silo.</summary>
public static class RaftReplicationSiloBuilderExtensions
{
    /// <inheritdoc cref="RaftReplicationServiceCollectionExtensions.AddRaftReplication"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets options, after the configuration has.</param>
    public static ISiloBuilder AddRaftReplication(this ISiloBuilder builder, Action<RaftReplicationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddRaftReplication(configure);
        return builder;
    }
}
