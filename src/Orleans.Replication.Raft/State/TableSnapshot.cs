using RocksDbSharp;

namespace Orleans.Replication.Raft.State;

/// <summary>Reads one table as it was when the snapshot was opened.</summary>
internal sealed class TableSnapshot : IStateSnapshot
{
    private readonly byte[] _prefix;
    private readonly Database _database;
    private Snapshot? _snapshot;

    /// <param name="database">In use by this snapshot until it is disposed.</param>
    /// <param name="prefix">The table's key prefix.</param>
    public TableSnapshot(Database database, byte[] prefix)
    {
        _database = database;
        _prefix = prefix;
        _snapshot = database.CreateSnapshot();
    }

    private Snapshot Current => _snapshot ?? throw new ObjectDisposedException(nameof(TableSnapshot));

    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        var length = _prefix.Length + key.Length;
        Span<byte> full = length <= 256 ? stackalloc byte[256] : new byte[length];
        _prefix.CopyTo(full);
        key.CopyTo(full[_prefix.Length..]);
        var encoded = _database.Get(full[..length], Current);
        record = encoded is null ? default : RecordFormat.Decode(encoded);
        return encoded is not null;
    }

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> prefix) =>
        TableReader.Scan(_database, _prefix, prefix, Current);

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end) =>
        TableReader.ScanRange(_database, _prefix, first, end, Current);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _snapshot, null) is not { } snapshot)
            return;
        snapshot.Dispose();
        _database.Release();
    }
}
