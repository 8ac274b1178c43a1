namespace Orleans.Replication.Nemesis.Silo;

/// <summary>Repeats calls that may be repeated until they are answered, through failovers.</summary>
internal static class Retry
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task<T> UntilAnsweredAsync<T>(Func<ValueTask<T>> call, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                return await call();
            }
            catch (Exception error) when (IsPassing(error))
            {
                await Task.Delay(Pause, stop);
            }
        }
    }

    /// <summary>Whether the same call may succeed later: the group has no leader for a moment, or the call met an activation that was going.</summary>
    public static bool IsPassing(Exception error) =>
        error is ReplicationUnavailableException or ReplicationOutcomeUnknownException or TimeoutException or Runtime.OrleansMessageRejectionException;
}
