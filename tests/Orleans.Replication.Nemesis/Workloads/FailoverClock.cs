using System.Diagnostics;
using System.Globalization;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>Measures how long a cluster takes no writes: from now to the first acknowledgement of a write that began after now.</summary>
internal static class FailoverClock
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Writes at each of the survivors, again and again, until one of them acknowledges.</summary>
    /// <exception cref="TimeoutException">None did in time.</exception>
    public static async Task<TimeSpan> MeasureAsync(IReadOnlyList<KeyValueSilo> survivors, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Timeout);
        var first = await Task.WhenAny(survivors.Select(silo => WriteAsync(silo, clock, stop.Token)));
        var elapsed = await first;
        await stop.CancelAsync();
        return elapsed ?? throw new TimeoutException($"Waited {Timeout.TotalSeconds} s for any of {string.Join(", ", survivors)} to acknowledge a write.");
    }

    private static async Task<TimeSpan?> WriteAsync(KeyValueSilo silo, Stopwatch clock, CancellationToken stop)
    {
        for (var attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            var value = System.Text.Encoding.ASCII.GetBytes(attempt.ToString(CultureInfo.InvariantCulture));
            if ((await silo.Client.PutAsync($"failover-{silo}", value, stop)).Outcome == CallOutcome.Acknowledged)
                return clock.Elapsed;
            await Patiently.PauseAsync(stop);
        }

        return null;
    }
}
