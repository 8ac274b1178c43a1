using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Tells what happened to one state since a version: all of it, or that some of it is not known any longer.</summary>
internal static class HistoryReader
{
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

    private static bool IsComplete(in HistoryView view, long current, long after)
    {
        if (after >= view.Floor)
            return true;

        // Nothing tells of the time before the floor but what comes behind it: the version that the state had then. One that is not published yet is for
        // the next look. Who begins with nothing misses nothing as long as there was no state either.
        var known = view.Changes.Count > 0 ? view.Changes[0].PreviousVersion : current > view.Published ? after : current;
        return known == 0 ? after == 0 : known <= after;
    }

    private static RecordedChange Compacted(bool exists, in StateRecord record, in HistoryView view) => exists
        ? new(record.Version, StateChangeKind.Compacted, 0, default, record.Value)
        : new(view.Published, StateChangeKind.Compacted, 0, default, default);
}
