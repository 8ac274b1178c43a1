using DotNext.Net.Cluster.Consensus.Raft;

namespace Orleans.Replication.Raft.Engine.Leases;

/// <summary>
/// A member's side of the leader's lease (<see cref="LeaderLease"/>): after it has heard from a leader, it votes for nobody, itself included, before
/// <see cref="RaftGroupOptions.MinElectionTimeout"/> is over on its own clock. A member that starts may have given such a promise just before it
/// stopped: it waits as long.
/// </summary>
/// <remarks>
/// The promise is renewed before a message of the leader is handed to the engine, and asked for before <em>and</em> after a vote. The engine takes messages
/// one after the other: of an append and a vote that meet, either the vote came first and the append is refused for its term, or the append came first, and
/// the vote does not leave this member.
/// </remarks>
internal sealed class VotePromise(RaftGroupOptions options, TimeProvider clock)
{
    private long _heardAt = clock.GetTimestamp();

    /// <summary>True while this member may not vote.</summary>
    public bool Binds => clock.GetElapsedTime(Interlocked.Read(ref _heardAt)) < options.MinElectionTimeout;

    /// <summary>Lets the engine vote, unless that would break the promise.</summary>
    /// <param name="term">This member's term, for a refusal.</param>
    /// <param name="vote">What the engine says.</param>
    public async ValueTask<Result<bool>> VoteAsync(long term, Func<ValueTask<Result<bool>>> vote)
    {
        if (Binds)
            return new Result<bool> { Term = term, Value = false };
        var cast = await vote().ConfigureAwait(false);
        return cast with { Value = cast.Value && !Binds };
    }

    /// <summary>A leader has been heard from.</summary>
    public void Renew() => Interlocked.Exchange(ref _heardAt, clock.GetTimestamp());
}
