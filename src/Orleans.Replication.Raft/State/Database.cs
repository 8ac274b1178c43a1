using RocksDbSharp;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// An open RocksDB that closes when the last of its users is done: a snapshot that is installed replaces it under readers' feet. Its own log is
/// off: the Raft log is the log, and the applied position says from where to replay it.
/// </summary>
internal sealed class Database
{
    /// <summary>Chooses keys.</summary>
    public delegate bool KeyPredicate(ReadOnlySpan<byte> key);

    private const ulong WriteBufferBytes = 64 << 20;

    private static readonly WriteOptions Unlogged = new WriteOptions().DisableWal(1);

    private readonly RocksDb _rocks;
    private int _users = 1;

    private Database(RocksDb rocks) => _rocks = rocks;

    /// <exception cref="RaftStorageException">RocksDB refuses the folder.</exception>
    public static Database Open(string folder)
    {
        var options = new DbOptions()
            .SetCreateIfMissing()
            .SetWriteBufferSize(WriteBufferBytes)
            .SetKeepLogFileNum(2)
            .SetInfoLogLevel(InfoLogLevel.Warn);
        return Guard(folder, () => new Database(RocksDb.Open(options, folder)));
    }

    /// <summary>Reads the position out of a checkpoint without changing it.</summary>
    public static AppliedPosition ReadPosition(string folder) => Guard(folder, () =>
    {
        using var rocks = RocksDb.OpenReadOnly(new DbOptions().SetInfoLogLevel(InfoLogLevel.Fatal), folder, errorIfLogFileExists: false);
        return rocks.Get(StateKeys.Position) is { } encoded ? AppliedPosition.Decode(encoded) : default;
    });

    /// <summary>Reads a database that is open nowhere, without changing it: the checksums of its files, then every key.</summary>
    /// <exception cref="RaftStorageException">It is damaged.</exception>
    public static void ReadAll(string folder, Action<byte[], byte[]> look) => Guard(folder, () =>
    {
        using var rocks = RocksDb.OpenReadOnly(new DbOptions().SetInfoLogLevel(InfoLogLevel.Fatal).SetParanoidChecks(), folder, errorIfLogFileExists: false);
        Native.Instance.rocksdb_verify_checksum(rocks.Handle);
        using var iterator = rocks.NewIterator();
        var count = 0L;
        for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next(), count++)
            look(iterator.Key(), iterator.Value());
        return count;
    });

    /// <summary>Deletes keys from a database that is open nowhere.</summary>
    public static void Forget(string folder, KeyPredicate isForgotten) => Guard(folder, () =>
    {
        var database = Open(folder);
        try
        {
            using var batch = new WriteBatch();
            foreach (var (key, _) in database.Scan(StateKeys.Position.ToArray()).Where(entry => isForgotten(entry.Key)))
                batch.Delete(key.AsSpan());
            database.Write(batch);
            database.Flush();
        }
        finally
        {
            database.Release();
        }

        return true;
    });

    /// <summary>Reads a value out of a checkpoint without changing it.</summary>
    public static byte[]? Read(string folder, byte[] key) => Guard(folder, () =>
    {
        using var rocks = RocksDb.OpenReadOnly(new DbOptions().SetInfoLogLevel(InfoLogLevel.Fatal), folder, errorIfLogFileExists: false);
        return rocks.Get(key);
    });

    /// <summary>Takes part in using it; false when it is already closed.</summary>
    public bool TryAcquire()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }

        return false;
    }

    /// <summary>Ends one use. The owner's own is the first.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _rocks.Dispose();
    }

    /// <exception cref="RaftStorageException">The checksum of what is on disk is wrong.</exception>
    public byte[]? Get(ReadOnlySpan<byte> key, Snapshot? snapshot = null)
    {
        try
        {
            return snapshot is null ? _rocks.Get(key) : _rocks.Get(key, readOptions: new ReadOptions().SetSnapshot(snapshot));
        }
        catch (RocksDbException e)
        {
            throw new RaftStorageException($"The state on disk is damaged: {e.Message} Move the group's folder away to let this member catch up from its peers.", e);
        }
    }

    public void Write(WriteBatch batch) => _rocks.Write(batch, Unlogged);

    public Snapshot CreateSnapshot() => _rocks.CreateSnapshot();

    /// <summary>Everything whose key starts with <paramref name="prefix"/>, in order.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Scan(ReadOnlyMemory<byte> prefix, Snapshot? snapshot = null)
    {
        using var iterator = _rocks.NewIterator(readOptions: snapshot is null ? null : new ReadOptions().SetSnapshot(snapshot));
        for (iterator.Seek(prefix.Span); iterator.Valid(); iterator.Next())
        {
            var key = iterator.Key();
            if (!key.AsSpan().StartsWith(prefix.Span))
                yield break;
            yield return new(key, iterator.Value());
        }
    }

    /// <summary>Everything whose key is at least <paramref name="first"/> and less than <paramref name="end"/>, in order.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> end, Snapshot? snapshot = null)
    {
        using var iterator = _rocks.NewIterator(readOptions: snapshot is null ? null : new ReadOptions().SetSnapshot(snapshot));
        for (iterator.Seek(first.Span); iterator.Valid(); iterator.Next())
        {
            var key = iterator.Key();
            if (key.AsSpan().SequenceCompareTo(end.Span) >= 0)
                yield break;
            yield return new(key, iterator.Value());
        }
    }

    /// <summary>Puts everything written so far on disk.</summary>
    public void Flush() => _rocks.Flush(new FlushOptions().SetWaitForFlush(true));

    /// <summary>Makes a copy in a folder that does not exist yet: flushes, then links the files. Others may write meanwhile.</summary>
    public void Checkpoint(string folder)
    {
        using var checkpoint = _rocks.Checkpoint();
        checkpoint.Save(folder);
    }

    private static T Guard<T>(string folder, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (RocksDbException e)
        {
            throw new RaftStorageException($"The state in '{folder}' cannot be opened: {e.Message}", e);
        }
    }
}
