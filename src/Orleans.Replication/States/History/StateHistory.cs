using System.Buffers.Binary;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>
/// Keeps the last changes of a group's states, as a part of the replicated state, so that a watch can go on at any replica and after any restart. The limits
/// are constants of the format: replicas that kept different amounts would differ (SAFETY 14).
/// </summary>
/// <remarks>Used by the thread that applies. What it remembers beside the table is read from the table again whenever that was replaced.</remarks>
internal sealed class StateHistory(int maxChanges = StateHistory.MaxChanges, long maxBytes = StateHistory.MaxBytes)
{
    /// <summary>The changes that a group keeps.</summary>
    public const int MaxChanges = 10_000;

    /// <summary>The bytes of changes that a group keeps. The last change is kept whatever its size.</summary>
    public const long MaxBytes = 64 << 20;

    // The changes in the table, oldest first; null when they have to be read from it first.
    private Queue<Kept>? _kept;
    private long _keptBytes;

    /// <summary>The table was replaced.</summary>
    public void Reset() => _kept = null;

    /// <summary>Adds a change to the history, and drops what is too much.</summary>
    public void Add(in CommandContext context, StateChangeKind kind, long previousVersion, ReadOnlySpan<byte> record, IStateTransaction table)
    {
        _kept ??= Read(table);
        var key = HistoryKeys.Change(context.Key, context.Index);
        var change = RecordedChange.Encode(kind, previousVersion, context.Timestamp, record);
        table.Put(key, change);
        Keep(_kept, new Kept(context.Index, key, change.Length));
        Drop(_kept, table);
    }

    /// <summary>The version up to which changes were dropped, as a snapshot of the table has it; 0 when all are there.</summary>
    public static long DroppedUpTo(IStateReader table) =>
        table.TryGet(HistoryKeys.Dropped, out var record) ? BinaryPrimitives.ReadInt64BigEndian(record.Value.Span) : 0;

    private Queue<Kept> Read(IStateReader table)
    {
        _keptBytes = 0;
        var kept = new Queue<Kept>();
        foreach (var (key, record) in table.Scan(HistoryKeys.AllChanges).OrderBy(change => change.Value.Version))
            Keep(kept, new Kept(record.Version, key.ToArray(), record.Value.Length));
        return kept;
    }

    private void Keep(Queue<Kept> kept, in Kept change)
    {
        kept.Enqueue(change);
        _keptBytes += change.Bytes;
    }

    private void Drop(Queue<Kept> kept, IStateTransaction table)
    {
        long? dropped = null;
        while (kept.Count > 1 && (kept.Count > maxChanges || _keptBytes > maxBytes))
        {
            var oldest = kept.Dequeue();
            _keptBytes -= oldest.Bytes;
            table.Delete(oldest.Key);
            dropped = oldest.Version;
        }

        if (dropped is not { } version)
            return;
        Span<byte> encoded = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(encoded, version);
        table.Put(HistoryKeys.Dropped, encoded);
    }

    private readonly record struct Kept(long Version, byte[] Key, int Bytes);
}
