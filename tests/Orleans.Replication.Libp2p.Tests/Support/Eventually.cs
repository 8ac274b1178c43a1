using System.Diagnostics;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>Waits for what other tasks bring about, with a deadline far beyond what it takes, and says what did not come.</summary>
internal static class Eventually
{
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    internal static async Task TrueAsync(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, $"Waited {Deadline} in vain until {what}.");
            await Task.Delay(5);
        }
    }

    internal static async Task CancelledAsync(string what, CancellationToken token) => await TrueAsync(() => token.IsCancellationRequested, what);

    /// <summary>Waits for a task and fails with what was waited for instead of hanging.</summary>
    internal static async Task<T> InTimeAsync<T>(this Task<T> task, string what)
    {
        await ((Task)task).InTimeAsync(what);
        return await task;
    }

    internal static async Task InTimeAsync(this Task task, string what)
    {
        Assert.True(await Task.WhenAny(task, Task.Delay(Deadline)) == task, $"Waited {Deadline} in vain until {what}.");
        await task;
    }

    internal static Task<T> InTimeAsync<T>(this ValueTask<T> task, string what) => task.AsTask().InTimeAsync(what);

    internal static Task InTimeAsync(this ValueTask task, string what) => task.AsTask().InTimeAsync(what);
}
