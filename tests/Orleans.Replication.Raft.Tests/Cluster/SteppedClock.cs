namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>The real clock, whose monotonic side can be stopped and stepped. Timers, time-outs and the wall clock do not notice.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long _ahead;
    private long _stoppedAt = long.MinValue;

    public override long GetTimestamp()
    {
        var stoppedAt = Volatile.Read(ref _stoppedAt);
        return (stoppedAt == long.MinValue ? base.GetTimestamp() : stoppedAt) + Volatile.Read(ref _ahead);
    }

    public void Stop() => Volatile.Write(ref _stoppedAt, base.GetTimestamp());

    public void Step(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
}
