namespace Orleans.Replication.Raft.State;

/// <summary>One table while a command runs: the batch's own changes over what the store holds.</summary>
internal sealed class TableTransaction(StateStore store, StateBatch batch, byte[] prefix) : IStateTransaction
{
    /// <summary>The command that is running; the version of what it writes.</summary>
    public long CommandIndex { get; set; }

    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        var length = prefix.Length + key.Length;
        Span<byte> full = length <= 256 ? stackalloc byte[256] : new byte[length];
        prefix.CopyTo(full);
        key.CopyTo(full[prefix.Length..]);
        if (!batch.TryGet(full[..length], out var encoded))
            encoded = store.Get(full[..length]);
        record = encoded is null ? default : RecordFormat.Decode(encoded);
        return encoded is not null;
    }

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

    public void Delete(ReadOnlySpan<byte> key) => batch.Set([.. prefix, .. key], null);

    private IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Merge(
        IEnumerable<KeyValuePair<byte[], byte[]>> stored, IEnumerable<KeyValuePair<byte[], byte[]?>> changed)
    {
        var rows = new SortedDictionary<byte[], byte[]>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        foreach (var (key, value) in stored)
            rows[key] = value;
        foreach (var (key, value) in changed)
        {
            if (value is null)
                rows.Remove(key);
            else
                rows[key] = value;
        }

        return rows.Select(row => KeyValuePair.Create<ReadOnlyMemory<byte>, StateRecord>(
            row.Key.AsMemory(prefix.Length), RecordFormat.Decode(row.Value)));
    }
}
