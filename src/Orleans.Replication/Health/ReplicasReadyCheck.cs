using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Health;

/// <summary>Readiness: every replica of this silo is in service, a member and not in quarantine, knows its leader, and has applied what it knows to be committed but for a little.</summary>
internal sealed class ReplicasReadyCheck(IReplicationManager manager) : IHealthCheck
{
    /// <summary>How many committed entries may wait to be applied: under load there are always some.</summary>
    private const long MaxApplyLag = 1_000;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var reasons = manager.GetStatus().Select(Judge).OfType<string>().ToList();
            return Task.FromResult(reasons.Count == 0 ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', reasons)));
        }
        catch (ReplicationUnavailableException error)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, error.Message));
        }
    }

    private static string? Judge(RaftGroupStatus group)
    {
        if (group.Fault is { } fault)
            return $"Group '{group.Name}' is out of service on this silo: {fault}";
        if (group.Quarantine is { } quarantine)
            return $"Group '{group.Name}' on this silo waits to be made whole by its peers: {quarantine}";
        if (group.Role is RaftRole.Stopped)
            return $"Group '{group.Name}' is stopped on this silo.";
        if (group.Role is RaftRole.Removed)
            return $"This silo was removed from group '{group.Name}'.";
        if (group.Leader is null || group.Role is RaftRole.Candidate)
            return $"Group '{group.Name}' has no leader that this silo knows.";
        var lag = group.CommitIndex - group.AppliedIndex;
        return lag <= MaxApplyLag ? null : string.Create(CultureInfo.InvariantCulture, $"Group '{group.Name}' has {lag} committed entries to apply on this silo.");
    }
}
