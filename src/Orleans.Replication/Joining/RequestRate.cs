namespace Orleans.Replication.Joining;

/// <summary>Lets so many requests through in a second, from everybody together, whoever else asks.</summary>
internal sealed class RequestRate(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _left = perSecond;
    private long _at = time.GetTimestamp();

    /// <summary>True when one more may come through now.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(perSecond, _left + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
            _at = now;
            if (_left < 1)
                return false;
            _left--;
            return true;
        }
    }
}
