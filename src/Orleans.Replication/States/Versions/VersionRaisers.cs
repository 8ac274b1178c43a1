using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Replication.States.Versions;

/// <summary>Looks after the version of the operations in all groups of a silo, from when it is active until it stops.</summary>
internal sealed class VersionRaisers(IReplicationHost host, TimeProvider time, ILogger<VersionRaiser> logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _raising = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observer.Subscribe(nameof(VersionRaisers), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _raising = Task.WhenAll(host.Groups.Select(group => new VersionRaiser(group, time, logger).RunAsync(_stopping.Token)));
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _raising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
