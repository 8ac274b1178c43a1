using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orleans.Replication.Health;

/// <summary>
/// No group's members have states that differ without a majority that is equal: only an operator can say whose counts. Neither a restart nor less traffic helps, so it is no part of liveness
/// and readiness.
/// </summary>
internal sealed class ReplicasEqualCheck(IReplicationManager manager) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var apart = manager.GetStatus().Where(group => group.Divergence is not null).ToList();
            return Task.FromResult(apart.Count == 0
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', apart.Select(group => $"Group '{group.Name}': {group.Divergence}"))));
        }
        catch (ReplicationUnavailableException error)
        {
            return Task.FromResult(HealthCheckResult.Healthy(error.Message));
        }
    }
}
