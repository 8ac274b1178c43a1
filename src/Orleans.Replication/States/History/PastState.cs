using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Finds what a state was at a version, in what this replica keeps.</summary>
internal sealed class PastState<TState>(RaftGroup group, byte[] key, StateHistory history, StateSerializer<TState> states)
{
    /// <summary>Up to here the replica can be asked.</summary>
    public long LastVersion => history.Read(key, long.MaxValue).Published;

    /// <summary>The last change up to a version.</summary>
    /// <exception cref="VersionNotKeptException">It is not kept.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The group has not come to the version yet.</exception>
    public StateChange<TState> Read(long version)
    {
        var found = HistoryReader.ReadAt(history, group.GetReader(StatesTable.TableName), key, version);
        return found.Change is { } change
            ? ToChange(change)
            : throw (found.IsAhead
                ? new ArgumentOutOfRangeException(nameof(version), version, $"Group '{group.Name}' has not come to this version yet, only to {found.Published}.")
                : new VersionNotKeptException(version, Math.Min(found.Floor, found.Published) + 1));
    }

    private StateChange<TState> ToChange(in RecordedChange change) => new(
        change.Kind,
        change.State.IsEmpty ? states.CreateInitial() : states.Deserialize(change.State),
        change.Version,
        change.Timestamp,
        OriginFormat.Decode(change.Origin.Span));
}
