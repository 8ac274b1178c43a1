using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Losses;

/// <summary>
/// Votes that a silo is dead, by the rules that the runtime votes by. The vote that decides is left to the runtime, which declares the silo dead with it and spreads the news.
/// </summary>
internal static class DeathVote
{
    /// <summary>Votes, until it is done, no longer needed, or decisive.</summary>
    /// <param name="table">The membership table.</param>
    /// <param name="silo">The silo.</param>
    /// <param name="voter">Who votes.</param>
    /// <param name="options">How many votes it takes, and how long each counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; the vote may have been cast.</param>
    public static async Task<DeathVoteOutcome> CastAsync(
        IMembershipTable table, SiloAddress silo, SiloAddress voter, ClusterMembershipOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        // A conflict means that somebody else's change succeeded: there are only so many.
        while (true)
        {
            var data = await table.ReadAllAsync(cancellationToken).ConfigureAwait(false);
            if (data.TryGet(silo) is not { Item1: { Status: SiloStatus.Active } entry, Item2: var etag })
                return DeathVoteOutcome.NotNeeded;

            var now = time.GetUtcNow().UtcDateTime;
            entry.SuspectTimes =
            [
                .. (entry.SuspectTimes ?? []).Where(vote => !vote.Item1.Equals(voter) && vote.Item2 + options.DeathVoteExpirationTimeout > now),
                Tuple.Create(voter, now),
            ];
            if (entry.SuspectTimes.Count >= VotesNeeded(data, options, now))
                return DeathVoteOutcome.Decisive;
            if (await table.UpdateRowAsync(entry, etag, data.Version.Next(), cancellationToken).ConfigureAwait(false))
                return DeathVoteOutcome.Cast;
        }
    }

    /// <summary>Half of those that could vote is enough where that is fewer than the options want.</summary>
    private static int VotesNeeded(MembershipTableData data, ClusterMembershipOptions options, DateTime now)
    {
        var allowedSilence = options.IAmAliveTablePublishTimeout * options.NumMissedTableIAmAliveLimit;
        var active = data.Members.Count(row => row.Item1.Status == SiloStatus.Active && Latest(row.Item1.IAmAliveTime, row.Item1.StartTime) + allowedSilence >= now);
        return Math.Min(options.NumVotesForDeathDeclaration, (active + 1) / 2);
    }

    private static DateTime Latest(DateTime one, DateTime other) => one > other ? one : other;
}
