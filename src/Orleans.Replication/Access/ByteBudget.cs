namespace Orleans.Replication.Access;

/// <summary>How many bytes of requests and responses a silo holds for all callers together.</summary>
internal sealed class ByteBudget(long maxBytes)
{
    private long _taken;

    /// <summary>Takes some.</summary>
    /// <returns>To be disposed of, which gives them back; null when there are not so many left.</returns>
    public IDisposable? TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= maxBytes)
            return new Share(this, bytes);
        Interlocked.Add(ref _taken, -bytes);
        return null;
    }

    private sealed class Share(ByteBudget budget, long bytes) : IDisposable
    {
        private int _isBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isBack, 1) == 0)
                Interlocked.Add(ref budget._taken, -bytes);
        }
    }
}
