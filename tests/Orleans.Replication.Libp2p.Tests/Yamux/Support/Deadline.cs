namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Waiting with an end: a test that hangs says what it waited for.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A token that fires when a whole test takes too long.</summary>
    public static CancellationToken Token() => new CancellationTokenSource(Limit).Token;

    public static async Task Until(Func<bool> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                Assert.Fail($"Waited {Limit.TotalSeconds:0} s in vain: {what}.");
            await Task.Delay(1);
        }
    }

    public static async Task<T> Within<T>(Task<T> task, string what)
    {
        await Within((Task)task, what);
        return await task;
    }

    public static async Task Within(Task task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Limit)) != task)
            Assert.Fail($"Waited {Limit.TotalSeconds:0} s in vain: {what}.");
        await task;
    }
}
