using Microsoft.Extensions.Options;
using Orleans.Configuration;
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

    private volatile bool _stopping;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ShutdownLimit), ServiceLifecycleStage.Last, static _ => Task.CompletedTask, BeginAsync);
        lifecycle.Subscribe(nameof(ShutdownLimit), BeforeDeadIsWritten, static _ => Task.CompletedTask, BeginAsync);
    }

    /// <summary>Runs an access to the table, which while the silo stops has to be quick.</summary>
    /// <exception cref="TimeoutException">The silo stops, and the access took longer than <see cref="RaftClusteringOptions.ShutdownTimeout"/>.</exception>
    public async ValueTask<T> LimitAsync<T>(Func<CancellationToken, ValueTask<T>> access, CancellationToken cancellationToken)
    {
        if (!_stopping)
            return await access(cancellationToken).ConfigureAwait(false);

        var limit = options.Value.ShutdownTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await access(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The membership table was not available within {limit} while the silo stopped.", e);
        }
    }

    private Task BeginAsync(CancellationToken cancellationToken)
    {
        _stopping = true;

        // The runtime retries a failed status update, whatever the error, for MaxJoinAttemptTime. Two accesses' time leaves room to try again
        // after a conflict with another silo that stops at the same moment. Nobody joins any more, so that nothing else is cut short.
        var retries = 2 * options.Value.ShutdownTimeout;
        if (membership.Value.MaxJoinAttemptTime > retries)
            membership.Value.MaxJoinAttemptTime = retries;
        return Task.CompletedTask;
    }
}
