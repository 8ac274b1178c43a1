using Orleans.Replication.Raft.Engine.Guards;

namespace Orleans.Replication.Raft.Engine.Leases;

/// <summary>
/// How long a leader may take for granted that nobody else leads (Ongaro's thesis §6.4.1, "Using clocks to reduce messaging for read-only queries").
/// </summary>
/// <remarks>
/// Why it is right. A voter that has answered a round votes for nobody before its clock has gone on by
/// <see cref="RaftGroupOptions.MinElectionTimeout"/> since (<see cref="VotePromise"/>). It took the round in after the leader had sent it, so the leader
/// counts from the moment <em>before</em> it sent. While the leader's clock has gone on by less than <see cref="Length"/>, that voter's has gone on by
/// less than its promise, however far the two differ within <see cref="RaftGroupOptions.MaxClockDrift"/>. When that holds for a majority, every other
/// majority has one of them in it, and there is no other leader that could have committed anything. The moments before a suspend count too:
/// <see cref="LeaseClock"/>.
/// </remarks>
internal sealed class LeaderLease(RaftGroupOptions options, TimeProvider clock)
{
    /// <summary>The moment of a round that a voter has not answered.</summary>
    public const long Never = long.MinValue;

    /// <summary>What two clocks may tell apart when they are read, with room.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    /// <summary>How long the lease lasts on the leader's clock.</summary>
    public TimeSpan Length { get; } = (options.MinElectionTimeout / (1 + options.MaxClockDrift)) - Resolution;

    /// <summary>Now, as the rounds are stamped.</summary>
    public long Now => clock.GetTimestamp();

    /// <summary>True while a majority keeps its promise to the leader.</summary>
    /// <param name="confirmed">
    /// For each voter the moment before the last round was sent that it has answered, or <see cref="Never"/>; for the leader itself, now. Sorted by this call.
    /// </param>
    public bool IsHeld(Span<long> confirmed) => Covers(Majority.IndexOf(confirmed));

    /// <summary>How long ago nobody but this leader can have committed anything; null when a majority has never answered.</summary>
    /// <param name="confirmed">As for <see cref="IsHeld"/>.</param>
    public TimeSpan? SinceConfirmed(Span<long> confirmed) =>
        Majority.IndexOf(confirmed) is var since and not Never ? clock.GetElapsedTime(since) : null;

    /// <summary>True when a moment is less than a lease ago.</summary>
    public bool Covers(long since)
    {
        if (since == Never)
            return false;
        var elapsed = clock.GetElapsedTime(since);
        return elapsed >= TimeSpan.Zero && elapsed < Length;
    }
}
