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

    private static readonly string[] DiskRefusals = ["No space left", "Disk quota", "Input/output error", "Read-only file system", "Too many open files", "Permission denied", "While lock file"];

    private static readonly WriteOptions Unlogged = new WriteOptions().DisableWal(1);

    private readonly RocksDb _rocks;
    private readonly Action<Exception>? _failed;
    private int _users = 1;

    private Database(RocksDb rocks, Action<Exception>? failed) => (_rocks, _failed) = (rocks, failed);

    /// <exception cref="RaftStorageException">RocksDB refuses the folder.</exception>
    /// <param name="folder">Where it is.</param>
    /// <param name="failed">Hears of every read and write that fails, whoever has asked for it.</param>
    public static Database Open(string folder, Action<Exception>? failed = null)
    {
        var options = new DbOptions()
            .SetCreateIfMissing()
            .SetWriteBufferSize(WriteBufferBytes)
            .SetKeepLogFileNum(2)
            .SetInfoLogLevel(InfoLogLevel.Warn);

        // Space taken in advance comes free when a full disk closes the database: the disk would seem to have room, and be full again once it is open.
        Native.Instance.rocksdb_options_set_allow_fallocate(options.Handle, 0);
        return Guard(folder, () => new Database(RocksDb.Open(options, folder), failed));
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
    /// <exception cref="IOException">The disk refuses.</exception>
    public byte[]? Get(ReadOnlySpan<byte> key, Snapshot? snapshot = null)
    {
        try
        {
            if (snapshot is null)
                return _rocks.Get(key);
            var options = new ReadOptions().SetSnapshot(snapshot);
            var value = _rocks.Get(key, readOptions: options);

            // The binding passes a bare handle on: options that nobody holds any longer would be freed while RocksDB reads them.
            GC.KeepAlive(options);
            return value;
        }
        catch (RocksDbException e)
        {
            throw Report(Failed("The state on disk cannot be read", e));
        }
    }

    public void Write(WriteBatch batch)
    {
        try
        {
            _rocks.Write(batch, Unlogged);
        }
        catch (RocksDbException e)
        {
            throw Report(Failed("The state cannot be written", e));
        }
    }

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

        RequireReadToEnd(iterator);
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

        RequireReadToEnd(iterator);
    }

    /// <summary>Puts everything written so far on disk.</summary>
    /// <exception cref="IOException">The disk is full, or refuses.</exception>
    public void Flush()
    {
        try
        {
            var options = new FlushOptions().SetWaitForFlush(true);
            _rocks.Flush(options);
            GC.KeepAlive(options);
        }
        catch (RocksDbException e)
        {
            throw Report(Failed("The state cannot be written", e));
        }
    }

    /// <summary>Makes a copy in a folder that does not exist yet: flushes, then links the files. Others may write meanwhile.</summary>
    public void Checkpoint(string folder)
    {
        try
        {
            using var checkpoint = _rocks.Checkpoint();
            checkpoint.Save(folder);
        }
        catch (RocksDbException e)
        {
            throw Report(Failed("The state cannot be copied", e));
        }
    }

    /// <summary>An iterator that meets damage only ends: it has to be asked why.</summary>
    private void RequireReadToEnd(Iterator iterator)
    {
        Native.Instance.rocksdb_iter_get_error(iterator.Handle, out var error);
        if (error == IntPtr.Zero)
            return;
        var message = System.Runtime.InteropServices.Marshal.PtrToStringUTF8(error);
        Native.Instance.rocksdb_free(error);
        throw Report(RaftStorageException.Damage($"The state on disk cannot be read: {message}"));
    }

    private Exception Report(Exception exception)
    {
        _failed?.Invoke(exception);
        return exception;
    }

    /// <summary>What the disk refuses is another matter than what it has lost.</summary>
    private static Exception Failed(string what, RocksDbException e) =>
        !e.Message.StartsWith("Corruption", StringComparison.Ordinal) && DiskRefusals.Any(refusal => e.Message.Contains(refusal, StringComparison.OrdinalIgnoreCase))
            ? new IOException($"{what}: {e.Message}", e)
            : RaftStorageException.Damage($"{what}: {e.Message}", e);

    private static T Guard<T>(string folder, Func<T> open)
    {
        try
        {
            ManifestFile.RequireWhole(folder);
            return open();
        }
        catch (RocksDbException e)
        {
            throw Failed($"The state in '{folder}' cannot be opened", e);
        }
    }
}
