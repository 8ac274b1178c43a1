using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Provider;

/// <summary>
/// A silo that was killed leaves its row active, and its next start on the same endpoint declares that row dead. The runtime tries it once only: of silos that
/// start at the same moment, as after a power failure, all but one are in conflict over the table's version, and no silo can join while it believes in one that
/// nobody can reach. So it is done here until it is done, before the runtime reads the table.
/// </summary>
internal static class EarlierLives
{
    /// <summary>Declares dead what the table knows of earlier silos on a silo's endpoint.</summary>
    public static async Task DeclareDeadAsync(IMembershipTable table, SiloAddress self, TimeProvider time, CancellationToken cancellationToken)
    {
        // A conflict means that somebody else's change succeeded: there are only so many.
        while (true)
        {
            var data = await table.ReadAllAsync(cancellationToken).ConfigureAwait(false);
            if (data.Members.FirstOrDefault(row => IsEarlierLife(row.Item1, self)) is not { } row)
                return;

            var (entry, etag) = row;
            entry.Status = SiloStatus.Dead;
            entry.SuspectTimes = [.. entry.SuspectTimes ?? [], Tuple.Create(self, time.GetUtcNow().UtcDateTime)];
            await table.UpdateRowAsync(entry, etag, data.Version.Next(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsEarlierLife(MembershipEntry entry, SiloAddress self) =>
        entry.Status != SiloStatus.Dead && entry.SiloAddress.Endpoint.Equals(self.Endpoint) && entry.SiloAddress.Generation < self.Generation;
}
