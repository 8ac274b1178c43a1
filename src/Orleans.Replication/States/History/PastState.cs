using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Finds what a state was at a version, in what this replica keeps.</summary>
internal sealed class PastState(RaftGroup group, byte[] key, StateHistory history)
{
    /// <summary>The last change up to a version, once the replica has come to the version.</summary>
    /// <exception cref="VersionNotKeptException">It is not kept.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The group has not come to the version yet.</exception>
    /// <exception cref="RaftException">What the group says.</exception>
    public async ValueTask<RecordedChange> ReadAsync(long version, CancellationToken cancellationToken)
    {
        // Behind the barrier the replica has everything that anybody can have seen: a version that it still has not is not there yet.
        if (history.Read(key, long.MaxValue).Published < version)
            await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        var found = HistoryReader.ReadAt(history, group.GetReader(StatesTable.TableName), key, version);
        return found.Change ?? throw (found.IsAhead
            ? new ArgumentOutOfRangeException(nameof(version), version, $"Group '{group.Name}' has not come to this version yet, only to {found.Published}.")
            : new VersionNotKeptException(version, Math.Min(found.Floor, found.Published) + 1));
    }
}
