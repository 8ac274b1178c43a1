using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Provider;

/// <summary>
/// Shortens the runtime's retries while the silo stops. Whatever the error, it would go on for a minute to record <see cref="SiloStatus.ShuttingDown"/>, and for
/// another to record <see cref="SiloStatus.Dead"/>.
/// </summary>
internal sealed class StatusRetries : ILifecycleParticipant<ISiloLifecycle>
{
    // The silo's status is written in the stop of 19999 (ShuttingDown) and of 2001 (Dead). A start that failed in between stops from there.
    private const int BeforeDeadIsWritten = ServiceLifecycleStage.RuntimeInitialize + 2;

    private static readonly TimeSpan OnlyOnce = TimeSpan.FromTicks(1);

    private readonly ShutdownLimit _limit;
    private readonly IOptions<ClusterMembershipOptions> _membership;

    public StatusRetries(ShutdownLimit limit, IOptions<ClusterMembershipOptions> membership)
    {
        (_limit, _membership) = (limit, membership);
        limit.MajorityLost += () => RetryFor(OnlyOnce);
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(StatusRetries), ServiceLifecycleStage.Last, static _ => Task.CompletedTask, BeginAsync);
        lifecycle.Subscribe(nameof(StatusRetries), BeforeDeadIsWritten, static _ => Task.CompletedTask, BeginAsync);
    }

    private Task BeginAsync(CancellationToken cancellationToken)
    {
        // One access is tried. A conflict with another silo that stops at the same moment is none (see RaftMembershipTable.UpdateRowAsync).
        RetryFor(_limit.Timeout);
        return Task.CompletedTask;
    }

    // While the silo stops, the option governs nothing else any more.
    private void RetryFor(TimeSpan limit)
    {
        if (_membership.Value.MaxJoinAttemptTime > limit)
            _membership.Value.MaxJoinAttemptTime = limit;
    }
}
