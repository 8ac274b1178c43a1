using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Provider;

/// <summary>
/// Keeps a stopping silo from waiting for a quorum that is not coming back. The silos that stop last cannot record their own end any more; the
/// runtime would go on trying for a minute to record <see cref="SiloStatus.ShuttingDown"/>, and for another to record
/// <see cref="SiloStatus.Dead"/>.
/// </summary>
internal sealed class ShutdownLimit(IOptions<RaftClusteringOptions> options, IOptions<ClusterMembershipOptions> membership, TimeProvider time)
    : ILifecycleParticipant<ISiloLifecycle>
{
    // The silo's status is written in the stop of 19999 (ShuttingDown) and of 2001 (Dead). A start that failed in between stops from there.
    private const int BeforeDeadIsWritten = ServiceLifecycleStage.RuntimeInitialize + 2;

    private static readonly TimeSpan OnlyOnce = TimeSpan.FromTicks(1);

    private volatile bool _stopping;
    private volatile bool _lostMajority;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ShutdownLimit), ServiceLifecycleStage.Last, static _ => Task.CompletedTask, BeginAsync);
        lifecycle.Subscribe(nameof(ShutdownLimit), BeforeDeadIsWritten, static _ => Task.CompletedTask, BeginAsync);
    }

    /// <summary>Runs an access to the table, which while the silo stops has to be quick.</summary>
    /// <exception cref="TimeoutException">The silo stops, and the access took longer than <see cref="RaftClusteringOptions.ShutdownTimeout"/>.</exception>
    /// <exception cref="GroupUnavailableException">The group said so itself.</exception>
    public async ValueTask<T> LimitAsync<T>(RaftGroup group, Func<RaftGroup, CancellationToken, ValueTask<T>> access, CancellationToken cancellationToken)
    {
        if (!_stopping)
            return await access(group, cancellationToken).ConfigureAwait(false);

        var limit = options.Value.ShutdownTimeout;
        if (_lostMajority && group.GetStatus().Leader is null)
            throw TimedOut(limit, null);

        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var result = await access(group, linked.Token).ConfigureAwait(false);
            _lostMajority = false;
            return result;
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LoseMajority();
            throw TimedOut(limit, e);
        }
        catch (GroupUnavailableException)
        {
            LoseMajority();
            throw;
        }
    }

    // One wait for an election is enough: from now on, without a leader nobody waits, and nothing is tried twice.
    private void LoseMajority()
    {
        _lostMajority = true;
        RetryFor(OnlyOnce);
    }

    private static TimeoutException TimedOut(TimeSpan limit, Exception? cause) =>
        new($"The membership table was not available within {limit} while the silo stopped: its group has lost its majority.", cause);

    private Task BeginAsync(CancellationToken cancellationToken)
    {
        _stopping = true;

        // Two accesses' time leaves room to try again after a conflict with another silo that stops at the same moment.
        RetryFor(2 * options.Value.ShutdownTimeout);
        return Task.CompletedTask;
    }

    // The runtime retries a failed status update, whatever the error, for MaxJoinAttemptTime. While the silo stops, the option governs nothing
    // else any more.
    private void RetryFor(TimeSpan limit)
    {
        if (membership.Value.MaxJoinAttemptTime > limit)
            membership.Value.MaxJoinAttemptTime = limit;
    }
}
