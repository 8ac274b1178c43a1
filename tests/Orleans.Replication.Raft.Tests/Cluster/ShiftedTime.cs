namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>The real clock, whose wall time can be set forth and back. Timers and time-outs do not notice.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _shiftTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _shiftTicks));

    public void Shift(TimeSpan by) => Interlocked.Add(ref _shiftTicks, by.Ticks);
}
