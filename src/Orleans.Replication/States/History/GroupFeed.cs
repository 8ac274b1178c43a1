using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Reads the changes of all states on this silo's replica, from a version on. One caller at a time.</summary>
/// <param name="group">The group.</param>
/// <param name="history">Its last changes.</param>
/// <param name="after">Where to begin: after this version.</param>
internal sealed class GroupFeed(RaftGroup group, StateHistory history, long after)
{
    private readonly Queue<(long Version, byte[] Key)> _compacted = new();
    private long _compactedFrom;
    private long _compactedUpTo;

    /// <summary>Everything up to this version was given.</summary>
    public long Position { get; private set; } = after;

    /// <summary>
    /// Who begins anew behind this version misses nothing without being told: <see cref="Position"/>, or, while states are given in place of their changes, where those changes began.
    /// </summary>
    public long SafeStart => _compacted.Count > 0 ? _compactedFrom : Position;

    /// <summary>
    /// What comes next, all of each version; empty when there is nothing yet. A <see cref="StateChangeKind.Compacted"/> change stands for all of its state's up to its version that were not given.
    /// </summary>
    public IReadOnlyList<RecordedChange> Next()
    {
        if (_compacted.Count > 0)
            return NextCompacted();

        var view = history.ReadAll(Position);
        if (Position >= view.Floor || Position > view.Published)
        {
            // Where nothing has changed nothing can be missed later.
            Position = Math.Max(Position, view.Changes.Count > 0 ? view.Changes[^1].Version : view.Published);
            return view.Changes;
        }

        // The states were replaced just now, and how far they go is not known yet.
        if (view.Floor == long.MaxValue)
            return [];
        Compact(view.Published);
        return NextCompacted();
    }

    /// <summary>Finds all states that were changed, in the order in which they were. What is newer than can be read now comes with the changes.</summary>
    private void Compact(long published)
    {
        var changed = new List<(long Version, byte[] Key)>();
        foreach (var (key, record) in group.GetReader(StatesTable.TableName).Scan(default))
        {
            if (record.Version > Position && record.Version <= published && StateKey.IsState(key.Span))
                changed.Add((record.Version, key.ToArray()));
        }

        foreach (var state in changed.OrderBy(state => state.Version))
            _compacted.Enqueue(state);
        (_compactedFrom, _compactedUpTo) = (Position, published);
    }

    private List<RecordedChange> NextCompacted()
    {
        var reader = group.GetReader(StatesTable.TableName);
        var changes = new List<RecordedChange>();
        while (_compacted.TryPeek(out var next) && (changes.Count < StateHistory.MaxChangesInView || next.Version == Position))
        {
            _compacted.Dequeue();
            Position = next.Version;

            // One that has changed meanwhile comes with the changes.
            if (reader.TryGet(next.Key, out var record) && record.Version == next.Version)
                changes.Add(new RecordedChange(next.Version, StateChangeKind.Compacted, 0, default, record.Pieces) { Key = next.Key });
        }

        if (_compacted.Count == 0)
            Position = _compactedUpTo;
        return changes;
    }
}
