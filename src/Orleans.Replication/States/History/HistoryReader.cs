using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Reads the changes of one state after a version: all of them, or the news that some are gone.</summary>
internal static class HistoryReader
{
    /// <summary>So many changes are read from one view of the table at most: a view keeps old data on disk.</summary>
    private const int MaxChanges = 64;

    /// <summary>
    /// The version with which a watch begins that wants none of what this replica has applied.
    /// </summary>
    public static long LastVersion(IStateReader table, ReadOnlyMemory<byte> key)
    {
        if (table.TryGet(key.Span, out var record))
            return record.Version;

        // Deleted, or never there: the deletion may be among the changes.
        var last = StateHistory.DroppedUpTo(table);
        foreach (var (_, change) in table.Scan(HistoryKeys.ChangesOf(key.Span)))
            last = Math.Max(last, change.Version);
        return last;
    }

    /// <summary>
    /// The changes after <paramref name="after"/>, oldest first; empty when there are none yet. The first may be a <see cref="StateChangeKind.Compacted"/> one, whose
    /// state is the current one, and which stands for all changes up to its version.
    /// </summary>
    public static List<(long Version, RecordedChange Change)> Read(IStateReader table, ReadOnlyMemory<byte> key, long after)
    {
        var changes = table.ScanRange(HistoryKeys.Change(key.Span, after + 1), HistoryKeys.Change(key.Span, long.MaxValue))
            .Take(MaxChanges)
            .Select(row => (row.Value.Version, RecordedChange.Decode(row.Value.Value)))
            .ToList();
        return IsComplete(table, key, after, changes) ? changes : [Compacted(table, key)];
    }

    private static bool IsComplete(IStateReader table, ReadOnlyMemory<byte> key, long after, List<(long Version, RecordedChange Change)> changes)
    {
        if (after >= StateHistory.DroppedUpTo(table))
            return true;

        // Something was dropped since, of this state or another. Who begins with nothing misses nothing as long as the state did not exist either.
        var next = changes.Count > 0 ? changes[0].Change.PreviousVersion : table.TryGet(key.Span, out var record) ? record.Version : 0;
        return next == 0 ? after == 0 : next <= after;
    }

    private static (long Version, RecordedChange Change) Compacted(IStateReader table, ReadOnlyMemory<byte> key) =>
        table.TryGet(key.Span, out var record)
            ? (record.Version, new RecordedChange(StateChangeKind.Compacted, 0, default, record.Value))
            : (LastVersion(table, key), new RecordedChange(StateChangeKind.Compacted, 0, default, default));
}
