using System.Diagnostics;

namespace Orleans.Replication.Nemesis.Processes;

/// <summary>Waits for conditions, never for time: a deadline that passes is an error that says what was waited for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within a minute.</exception>
    public static async Task HoldsAsync(Func<CancellationToken, Task<bool>> condition, string what, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Period);
        while (!await condition(cancellationToken))
        {
            if (waited.Elapsed > Deadline)
                throw new TimeoutException($"Waited {Deadline.TotalSeconds} s for {what}.");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within a minute.</exception>
    public static Task HoldsAsync(Func<bool> condition, string what, CancellationToken cancellationToken) =>
        HoldsAsync(_ => Task.FromResult(condition()), what, cancellationToken);
}
