using Orleans.Replication.Raft.Engine.Leases;

namespace Orleans.Replication.Raft.Reads;

/// <summary>
/// When a follower's state has last had all that its leader called committed. A message of the leader counts from its arrival, once what it named is
/// applied; while the replica lags behind message after message, the first that it has not caught up with is waited for, and then the last.
/// </summary>
internal sealed class ReplicaFreshness(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private (long At, long CommitIndex)? _awaited;
    private (long At, long CommitIndex)? _last;
    private long _freshAt = LeaderLease.Never;

    /// <summary>Now, for <see cref="Heard"/>.</summary>
    public long Now => clock.GetTimestamp();

    /// <summary>A message of the leader was accepted.</summary>
    /// <param name="at">When it came.</param>
    /// <param name="commitIndex">What it called committed.</param>
    /// <param name="appliedIndex">How far this replica's state has come.</param>
    public void Heard(long at, long commitIndex, long appliedIndex)
    {
        lock (_gate)
        {
            Settle(appliedIndex);
            _last = (at, commitIndex);
            _awaited ??= _last;
        }
    }

    /// <returns>How long ago the state had everything; null when it never had since the start.</returns>
    public TimeSpan? AgeAt(long appliedIndex)
    {
        lock (_gate)
        {
            Settle(appliedIndex);
            return _freshAt == LeaderLease.Never ? null : clock.GetElapsedTime(_freshAt);
        }
    }

    private void Settle(long appliedIndex)
    {
        if (_last is { } last && last.CommitIndex <= appliedIndex)
            (_freshAt, _last, _awaited) = (last.At, null, null);
        else if (_awaited is { } awaited && awaited.CommitIndex <= appliedIndex)
            (_freshAt, _awaited) = (awaited.At, _last);
    }
}
