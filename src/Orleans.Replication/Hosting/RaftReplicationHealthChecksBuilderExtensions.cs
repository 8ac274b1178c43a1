using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Replication.Health;

namespace Orleans.Hosting;

/// <summary>Adds the health of a silo's replicas to its health checks.</summary>
public static class RaftReplicationHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds three checks: <c>raft-replication-live</c>, tagged <c>live</c>, fails when a replica is out of service, which only a restart or a repair ends;
    /// <c>raft-replication-ready</c>, tagged <c>ready</c>, fails while a replica knows no leader, or has much to apply; <c>raft-replication-equal</c>,
    /// tagged <c>equal</c>, fails while the states of a group's members differ and no majority of them is equal. All answer from memory.
    /// </summary>
    /// <param name="builder">The health checks of a host that has a silo with replication in it.</param>
    /// <param name="failureStatus">What a failure counts as. Default: unhealthy.</param>
    public static IHealthChecksBuilder AddRaftReplicationHealthChecks(this IHealthChecksBuilder builder, HealthStatus failureStatus = HealthStatus.Unhealthy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .AddCheck<ReplicasAliveCheck>("raft-replication-live", failureStatus, ["live"])
            .AddCheck<ReplicasReadyCheck>("raft-replication-ready", failureStatus, ["ready"])
            .AddCheck<ReplicasEqualCheck>("raft-replication-equal", failureStatus, ["equal"]);
    }
}
