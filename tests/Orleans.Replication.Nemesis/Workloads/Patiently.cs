using System.Diagnostics;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>Calls that are repeated until a silo answers, for the checks after the faults.</summary>
internal static class Patiently
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Lets a refused client wait before it asks again: less than Retry-After says, so that the end of a fault is met by load.</summary>
    public static async Task PauseAsync(CancellationToken stop) =>
        await Task.Delay(TimeSpan.FromMilliseconds(10), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Reads until a silo answers, one after the other, beginning with the <paramref name="first"/>.</summary>
    public static async Task<T> ReadAsync<T>(
        IReadOnlyList<KeyValueSilo> silos, int first, Func<KeyValueClient, CancellationToken, Task<CallResult<T>>> read, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        for (var silo = first; waited.Elapsed < Timeout; silo++)
        {
            var result = await read(silos[silo % silos.Count].Client, cancellationToken);
            if (result.Outcome == CallOutcome.Acknowledged)
                return result.Value!;
            cancellationToken.ThrowIfCancellationRequested();
            await PauseAsync(cancellationToken);
        }

        throw new TimeoutException($"Waited {Timeout.TotalSeconds} s for any of {string.Join(", ", silos)} to answer a read.");
    }
}
