namespace Orleans.Replication.Tests.Silos;

/// <summary>Waits for a condition, and says which when it does not come true.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"Waited {Deadline.TotalSeconds} s until {what}.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
