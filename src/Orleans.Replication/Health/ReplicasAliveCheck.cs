using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orleans.Replication.Health;

/// <summary>Liveness: no replica of this silo is out of service, which only a restart or a repair ends. A silo that starts is alive.</summary>
internal sealed class ReplicasAliveCheck(IReplicationManager manager) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var faulty = manager.GetStatus().Where(group => group.Fault is not null).ToList();
            return Task.FromResult(faulty.Count == 0
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', faulty.Select(group => $"Group '{group.Name}' is out of service on this silo: {group.Fault}"))));
        }
        catch (ReplicationUnavailableException error)
        {
            return Task.FromResult(HealthCheckResult.Healthy(error.Message));
        }
    }
}
