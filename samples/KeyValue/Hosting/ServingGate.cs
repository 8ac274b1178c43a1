using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KeyValue.Hosting;

/// <summary>
/// Open while the silo is an active member of its cluster. Requests that come earlier or later are refused before a grain is called, so that their
/// 503 keeps its promise: nothing was written. And the silo is not ready as long as they are refused.
/// </summary>
internal sealed class ServingGate : ILifecycleParticipant<ISiloLifecycle>, IHealthCheck
{
    private volatile bool _isOpen;

    /// <summary>Whether grains may be called.</summary>
    public bool IsOpen => _isOpen;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(ServingGate), ServiceLifecycleStage.Active, _ => Set(open: true), _ => Set(open: false));

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isOpen ? HealthCheckResult.Healthy() : new(context.Registration.FailureStatus, "The silo is starting or stopping."));

    private Task Set(bool open)
    {
        _isOpen = open;
        return Task.CompletedTask;
    }
}
