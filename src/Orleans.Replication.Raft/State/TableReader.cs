namespace Orleans.Replication.Raft.State;

/// <summary>Reads one table as the store has it at the time of each call.</summary>
internal sealed class TableReader(StateStore store, byte[] prefix) : IStateReader
{
    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        var length = prefix.Length + key.Length;
        Span<byte> full = length <= 256 ? stackalloc byte[256] : new byte[length];
        prefix.CopyTo(full);
        key.CopyTo(full[prefix.Length..]);
        var found = store.Get(full[..length]);
        record = found is null ? default : new StateRecord(found);
        return found is not null;
    }

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> keyPrefix)
    {
        var database = store.Acquire();
        try
        {
            foreach (var row in Scan(database, prefix, keyPrefix, snapshot: null))
                yield return row;
        }
        finally
        {
            database.Release();
        }
    }

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end)
    {
        var database = store.Acquire();
        try
        {
            foreach (var row in ScanRange(database, prefix, first, end, snapshot: null))
                yield return row;
        }
        finally
        {
            database.Release();
        }
    }

    internal static IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(
        Database database, byte[] prefix, ReadOnlyMemory<byte> keyPrefix, RocksDbSharp.Snapshot? snapshot)
    {
        byte[] full = [.. prefix, .. keyPrefix.Span];
        foreach (var (key, value) in database.Scan(full, snapshot))
            yield return new(key.AsMemory(prefix.Length), RecordFormat.Decode(value));
    }

    internal static IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(
        Database database, byte[] prefix, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end, RocksDbSharp.Snapshot? snapshot)
    {
        var (fullFirst, fullEnd) = FullRange(prefix, first, end);
        foreach (var (key, value) in database.ScanRange(fullFirst, fullEnd, snapshot))
            yield return new(key.AsMemory(prefix.Length), RecordFormat.Decode(value));
    }

    internal static (byte[] First, byte[] End) FullRange(byte[] prefix, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end) =>
        ([.. prefix, .. first.Span], end is { } bound ? [.. prefix, .. bound.Span] : StateKeys.EndOfTable(prefix));
}
