using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Access;

namespace Orleans.Hosting;

/// <summary>Adds replicated states to a client.</summary>
public static class RaftReplicationClientBuilderExtensions
{
    /// <summary>
    /// Adds <see cref="IReplicationGroup"/> to the client's services, the group <c>default</c> and, by their names as keys, all others: states of grains are read, written and watched, and
    /// transactions committed, through a silo that holds a replica, without a grain call. The silos have to allow it: <see cref="RaftReplicationOptions.AccessToken"/>. May be called again: the
    /// options add up.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets options, after the configuration has.</param>
    public static IClientBuilder AddRaftReplication(this IClientBuilder builder, Action<RaftAccessOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RemoteAccess.Add(builder.Services, configure);
        return builder;
    }
}
