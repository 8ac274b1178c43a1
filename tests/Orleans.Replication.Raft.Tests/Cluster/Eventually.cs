namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>Waits for a condition, and says what was waited for when it does not come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(string what, Func<bool> condition) => GetAsync(what, () => condition() ? new object() : null);

    public static async Task<T> GetAsync<T>(string what, Func<T?> get) where T : class
    {
        var deadline = DateTime.UtcNow + Limit;
        while (DateTime.UtcNow < deadline)
        {
            if (get() is { } value)
                return value;
            await Task.Delay(10);
        }

        throw new TimeoutException($"Waited {Limit} for {what}.");
    }
}
