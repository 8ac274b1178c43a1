using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Groups;

/// <summary>
/// Keeps a stopping silo from waiting for a quorum that is not coming back: the silos that stop last can no longer record anything, neither their own end nor
/// that of their grains.
/// </summary>
internal sealed class ShutdownLimit(IOptions<RaftReplicationOptions> options, TimeProvider time) : ILifecycleParticipant<ISiloLifecycle>
{
    // A silo that has started stops from the last stage; one whose start failed, from where it had come to.
    private const int AfterStart = ServiceLifecycleStage.RuntimeInitialize + 2;

    private volatile bool _stopping;
    private volatile bool _lostMajority;

    /// <summary>Raised when an access has waited in vain: from now on, without a leader nobody waits.</summary>
    public event Action? MajorityLost;

    /// <summary>Whether the silo stops.</summary>
    public bool IsStopping => _stopping;

    /// <summary>How long an access may take while the silo stops.</summary>
    public TimeSpan Timeout => options.Value.ShutdownTimeout;

    /// <summary>Adds it to a silo's services, once.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ShutdownLimit>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, ShutdownLimit>(
            provider => provider.GetRequiredService<ShutdownLimit>()));
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ShutdownLimit), ServiceLifecycleStage.Last, static _ => Task.CompletedTask, BeginAsync);
        lifecycle.Subscribe(nameof(ShutdownLimit), AfterStart, static _ => Task.CompletedTask, BeginAsync);
    }

    /// <summary>Runs an access to a group, which while the silo stops has to be quick.</summary>
    /// <exception cref="TimeoutException">The silo stops, and the access took longer than <see cref="RaftReplicationOptions.ShutdownTimeout"/>.</exception>
    /// <exception cref="ReplicationUnavailableException">The group said so itself.</exception>
    public async ValueTask<T> LimitAsync<T>(IGroupAccess group, Func<IGroupAccess, CancellationToken, ValueTask<T>> access, CancellationToken cancellationToken)
    {
        if (!_stopping)
            return await access(group, cancellationToken).ConfigureAwait(false);

        var limit = Timeout;
        if (_lostMajority && !group.HasLeader)
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
        catch (ReplicationUnavailableException)
        {
            LoseMajority();
            throw;
        }
    }

    private void LoseMajority()
    {
        _lostMajority = true;
        MajorityLost?.Invoke();
    }

    private static TimeoutException TimedOut(TimeSpan limit, Exception? cause) =>
        new($"The group was not available within {limit} while the silo stopped: it has lost its majority.", cause);

    private Task BeginAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        return Task.CompletedTask;
    }
}
