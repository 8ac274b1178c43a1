using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Tells what happened to one state since a version: all of it, or that some of it is not known any longer.</summary>
internal static class HistoryReader
{
    /// <summary>The state did not exist, and it is not known since when.</summary>
    private static readonly RecordedChange NeverKnown = new(0, StateChangeKind.Cleared, 0, default, default);

    /// <summary>The version with which a watch begins that wants nothing of what this replica has applied.</summary>
    public static long LastVersion(StateHistory history, ReadOnlySpan<byte> key) => history.Read(key, 0).Published;

    /// <summary>
    /// The changes after <paramref name="after"/>, the oldest first; none when there are none yet. A <see cref="StateChangeKind.Compacted"/> one is alone, has the
    /// state as it is now, and stands for everything up to its version.
    /// </summary>
    public static IReadOnlyList<RecordedChange> Read(StateHistory history, IStateReader states, ReadOnlySpan<byte> key, long after)
    {
        var view = history.Read(key, after);

        // Read after the view: it may be newer than what the view has, never older.
        var exists = states.TryGet(key, out var record);
        return IsComplete(view, exists ? record.Version : 0, after) ? view.Changes : [Compacted(exists, record, view)];
    }

    /// <summary>The last change of a state up to a version.</summary>
    public static PastChange ReadAt(StateHistory history, IStateReader states, ReadOnlySpan<byte> key, long version)
    {
        while (true)
        {
            var view = history.ReadAround(key, version);
            if (version > view.Published)
                return new(null, view.Floor, view.Published, IsAhead: true);
            if (view.Last is not null)
                return new(view.Last, view.Floor, view.Published);
            if (view.Next is { } next)
                return new(next.PreviousVersion == 0 && version >= view.Floor ? NeverKnown : null, view.Floor, view.Published);

            // Nothing is kept, so the state has been as it is for longer than the history reaches back, unless it changes just now.
            var exists = states.TryGet(key, out var record);
            var again = history.ReadAround(key, version);
            if (again.Last is not null || again.Next is not null || again.Floor != view.Floor)
                continue;
            if (exists)
                return new(record.Version <= version ? new RecordedChange(record.Version, StateChangeKind.Written, 0, default, record.Pieces) : null, view.Floor, view.Published);
            return new(version >= view.Floor ? NeverKnown : null, view.Floor, view.Published);
        }
    }

    private static bool IsComplete(in HistoryView view, long current, long after)
    {
        // A version that this replica has not come to: there is nothing to tell yet, not even while a snapshot is being installed and nothing is known.
        if (after >= view.Floor || after > view.Published)
            return true;

        // Nothing tells of the time before the floor but what comes behind it: the version that the state had then. One that is not published yet is for
        // the next look. Who begins with nothing misses nothing as long as there was no state either.
        var known = view.Changes.Count > 0 ? view.Changes[0].PreviousVersion : current > view.Published ? after : current;
        return known == 0 ? after == 0 : known <= after;
    }

    private static RecordedChange Compacted(bool exists, in StateRecord record, in HistoryView view) => exists
        ? new(record.Version, StateChangeKind.Compacted, 0, default, record.Pieces)
        : new(view.Published, StateChangeKind.Compacted, 0, default, default);
}
