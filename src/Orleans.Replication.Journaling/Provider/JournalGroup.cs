using Orleans.Replication.Groups;
using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journaling.Provider;

/// <summary>The group of a provider.</summary>
/// <param name="group">Finds the group. Not called before the silo starts.</param>
internal sealed class JournalGroup(Func<IGroupAccess> group)
{
    /// <summary>A view of the journals with everything that was acknowledged before the call.</summary>
    /// <param name="ranges">All that is going to be read.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    public async Task<IStateSnapshot> ReadAsync(RecordRange[] ranges, CancellationToken cancellationToken) =>
        await group().ReadAsync(JournalSegmentTable.TableName, ranges, cancellationToken).ConfigureAwait(false);

    /// <summary>Runs a command.</summary>
    /// <returns>How it ended: accepted, or with its condition not met.</returns>
    /// <exception cref="ReplicationUnavailableException">Nothing was written.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">It may have been written.</exception>
    /// <exception cref="ArgumentException">It is larger than a command may be.</exception>
    public async Task<CommandResult> ChangeAsync(byte[] key, ReadOnlyMemory<byte> payload, long? expectedVersion, CancellationToken cancellationToken)
    {
        var result = await group().ProposeAsync(new Command(JournalSegmentTable.TableName, key, payload, expectedVersion), cancellationToken).ConfigureAwait(false);
        return result.Status != CommandStatus.Rejected
            ? result
            : throw new InvalidOperationException("The group refused the command as malformed: its members run different versions of the software.");
    }
}
