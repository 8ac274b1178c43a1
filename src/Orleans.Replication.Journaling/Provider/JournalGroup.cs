using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journaling.Provider;

/// <summary>The group of a provider, asked in Orleans' errors, which every silo and client can read. What is known to have happened stays the same.</summary>
/// <param name="group">Finds the group. Not called before the silo starts.</param>
internal sealed class JournalGroup(Func<RaftGroup> group)
{
    /// <summary>A view of the journals with everything that was acknowledged before the call.</summary>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    public async Task<IStateSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var replica = group();
            await replica.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            return replica.OpenSnapshot(JournalSegmentTable.TableName);
        }
        catch (RaftException error)
        {
            throw Translate(error);
        }
    }

    /// <summary>Runs a command.</summary>
    /// <returns>How it ended: accepted, or with its condition not met.</returns>
    /// <exception cref="ReplicationUnavailableException">Nothing was written.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">It may have been written.</exception>
    /// <exception cref="ArgumentException">It is larger than a command may be.</exception>
    public async Task<CommandResult> ChangeAsync(byte[] key, ReadOnlyMemory<byte> payload, long? expectedVersion, CancellationToken cancellationToken)
    {
        try
        {
            var result = await group().ProposeAsync(new Command(JournalSegmentTable.TableName, key, payload, expectedVersion), cancellationToken).ConfigureAwait(false);
            return result.Status != CommandStatus.Rejected
                ? result
                : throw new InvalidOperationException("The group refused the command as malformed: its members run different versions of the software.");
        }
        catch (RaftException error)
        {
            throw Translate(error);
        }
    }

    private static ReplicationException Translate(RaftException error) => error switch
    {
        GroupBusyException => new ReplicationBusyException(error.Message),
        GroupUnavailableException => new ReplicationUnavailableException(error.Message),
        _ => new ReplicationOutcomeUnknownException(error.Message),
    };
}
