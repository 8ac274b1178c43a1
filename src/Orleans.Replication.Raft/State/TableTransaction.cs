using System.Buffers;

namespace Orleans.Replication.Raft.State;

/// <summary>One table while a command runs: the batch's own changes over what the store holds.</summary>
internal sealed class TableTransaction(StateStore store, StateBatch batch, byte[] prefix) : IStateTransaction
{
    /// <summary>The command that is running; the version of what it writes.</summary>
    public long CommandIndex { get; set; }

    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        var found = Find(key);
        record = found is null ? default : new StateRecord(found);
        return found is not null;
    }

    /// <summary>The version of a record; 0 when there is none.</summary>
    public long VersionOf(ReadOnlySpan<byte> key) => Find(key) is { } found ? RecordFormat.VersionOf(found) : 0;

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> keyPrefix)
    {
        byte[] full = [.. prefix, .. keyPrefix.Span];
        return Merge(store.Scan(full), batch.Below(full));
    }

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end)
    {
        var (fullFirst, fullEnd) = TableReader.FullRange(prefix, first, end);
        return Merge(store.ScanRange(fullFirst, fullEnd), batch.Within(fullFirst, fullEnd));
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => batch.Set([.. prefix, .. key], RecordFormat.Encode(CommandIndex, value));

    public ReadOnlySequence<byte> Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, in ReadOnlySequence<byte> similar)
    {
        var record = RecordFormat.Encode(CommandIndex, value, similar);
        batch.Set([.. prefix, .. key], record);
        return RecordFormat.ValueOf(record);
    }

    public void Delete(ReadOnlySpan<byte> key) => batch.Set([.. prefix, .. key], null);

    private StoredValue? Find(ReadOnlySpan<byte> key)
    {
        var length = prefix.Length + key.Length;
        Span<byte> full = length <= 256 ? stackalloc byte[256] : new byte[length];
        prefix.CopyTo(full);
        key.CopyTo(full[prefix.Length..]);
        return batch.TryGet(full[..length], out var changed) ? changed : store.Get(full[..length]);
    }

    private IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Merge(
        IEnumerable<KeyValuePair<byte[], byte[]>> stored, IEnumerable<KeyValuePair<byte[], StoredValue?>> changed)
    {
        var rows = new SortedDictionary<byte[], ReadOnlyMemory<byte>>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        foreach (var (key, value) in stored)
            rows[key] = value;
        foreach (var (key, value) in changed)
        {
            if (value is null)
                rows.Remove(key);
            else
                rows[key] = value.Whole();
        }

        return rows.Select(row => KeyValuePair.Create<ReadOnlyMemory<byte>, StateRecord>(
            row.Key.AsMemory(prefix.Length), RecordFormat.Decode(row.Value)));
    }
}
