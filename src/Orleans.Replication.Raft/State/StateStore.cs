using System.Globalization;
using Orleans.Replication.Raft.Storage;
using RocksDbSharp;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// The replicated state on disk: <c>state/&lt;generation&gt;/</c> is a RocksDB, <c>state/current</c> names the generation in use. A snapshot is
/// installed as the next generation, complete and on disk before it is named (SAFETY 11).
/// </summary>
/// <remarks>
/// What log entries change waits in memory, and the database is given several of them at once, always with the position of the last one (SAFETY 5). A single record is looked up in both; whoever
/// wants to see more of the database makes it whole first.
/// </remarks>
internal sealed class StateStore : IDisposable
{
    private const string PointerName = "current";

    private readonly string _folder;
    private readonly WriteBatch _writes = new();
    private readonly PendingChanges _pending = new();

    // Held while an entry is added, and while the database is given what waits: of an entry it gets all or nothing.
    private readonly Lock _giving = new();
    private volatile Database _database;
    private long _generation;

    private StateStore(string folder, long generation)
    {
        _folder = folder;
        _generation = generation;
        _database = Database.Open(GenerationFolder(folder, generation), e => Failed?.Invoke(e));
        try
        {
            Position = _database.Get(StateKeys.Position) is { } encoded ? AppliedPosition.Decode(encoded) : default;
            Digests.Load(_database, Position.Index);
        }
        catch
        {
            // Nobody else will: and as long as it is open, nothing else can be opened in its place.
            _database.Release();
            throw;
        }
    }

    /// <summary>Hears of every read and write that the disk has failed, whoever has asked for it.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>
    /// How far the state has come; what is on disk may be behind it, but never apart from it. Only the thread that applies moves it.
    /// </summary>
    public AppliedPosition Position { get; private set; }

    /// <summary>The hash of what was changed on the way there.</summary>
    public DigestHistory Digests { get; } = new();

    /// <summary>Who waits for changes of single records.</summary>
    public RecordWatches Watches { get; } = new();

    /// <exception cref="RaftStorageException">The folder cannot be used.</exception>
    public static StateStore Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var pointer = Path.Combine(folder, PointerName);
        var generation = 1L;
        if (File.Exists(pointer))
        {
            if (!long.TryParse(File.ReadAllText(pointer), NumberStyles.None, CultureInfo.InvariantCulture, out generation))
                throw RaftStorageException.Damage($"'{pointer}' is damaged: it does not hold a number.");
            if (!Directory.Exists(GenerationFolder(folder, generation)) && Directory.EnumerateDirectories(folder).Any())
                throw RaftStorageException.Damage($"'{pointer}' names generation {generation}, which is missing, and '{folder}' holds another.");
        }
        else if (Directory.EnumerateDirectories(folder).Any())
        {
            throw RaftStorageException.Damage($"'{pointer}' is missing, and '{folder}' holds data.");
        }
        else
        {
            DurableFile.WriteText(pointer, generation.ToString(CultureInfo.InvariantCulture));
        }

        DeleteOtherGenerations(folder, generation);
        return new StateStore(folder, generation);
    }

    /// <summary>The database with every entry that was committed before the call, in use by the caller until it releases it.</summary>
    public Database Acquire()
    {
        GiveAll();
        return AcquireAsItIs();
    }

    /// <summary>Finds the value of one key.</summary>
    public StoredValue? Get(ReadOnlySpan<byte> key)
    {
        if (_pending.TryGet(key, out var value))
            return value;

        // What has left the pending changes meanwhile is in the database.
        var database = AcquireAsItIs();
        try
        {
            return database.Get(key);
        }
        finally
        {
            database.Release();
        }
    }

    /// <summary>For the thread that applies, which is also the one that replaces the database.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Scan(ReadOnlyMemory<byte> prefix)
    {
        GiveAll();
        return _database.Scan(prefix);
    }

    /// <inheritdoc cref="Scan"/>
    public IEnumerable<KeyValuePair<byte[], byte[]>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> end)
    {
        GiveAll();
        return _database.ScanRange(first, end);
    }

    /// <summary>Keeps a log entry's changes, their hash and its position, all or nothing, and empties the batch.</summary>
    public void Commit(StateBatch batch, in AppliedPosition position)
    {
        lock (_giving)
        {
            Digests.Advance(position, batch);
            _pending.Add(batch.Changes);
            Position = position;
            if (_pending.IsFull)
                Give();
        }

        batch.Clear();
    }

    /// <summary>Copies the state into a folder that does not exist yet; may run while entries are applied.</summary>
    /// <returns>How far the copy has come.</returns>
    public AppliedPosition Checkpoint(string folder)
    {
        var database = Acquire();
        try
        {
            database.Checkpoint(folder);
        }
        finally
        {
            database.Release();
        }

        return Database.ReadPosition(folder);
    }

    /// <summary>Replaces the whole state by a checkpoint, whose folder stays as it is.</summary>
    public void Install(string checkpoint)
    {
        var next = _generation + 1;
        var target = GenerationFolder(_folder, next);
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        DurableFile.CopyFolder(checkpoint, target);
        var position = Database.ReadPosition(target);
        DurableFile.WriteText(Path.Combine(_folder, PointerName), next.ToString(CultureInfo.InvariantCulture));

        var replaced = _database;
        lock (_giving)
        {
            _database = Database.Open(target, e => Failed?.Invoke(e));
            _pending.Clear();
            _generation = next;
            Position = position;
            Digests.Load(_database, position.Index);
        }

        replaced.Release();
    }

    public void Dispose()
    {
        try
        {
            GiveAll();
            _database.Flush();
        }
        catch (IOException)
        {
            // The next start replays the log from where the state on disk has come.
        }
        finally
        {
            // What the database has refused nobody may give it once it is closed.
            lock (_giving)
                _pending.Clear();
            _database.Release();
            _writes.Dispose();
        }
    }

    private Database AcquireAsItIs()
    {
        var database = _database;
        while (!database.TryAcquire())
        {
            // It was replaced between the two lines, or the store is closed.
            ObjectDisposedException.ThrowIf(ReferenceEquals(database, _database), this);
            database = _database;
        }

        return database;
    }

    private void GiveAll()
    {
        lock (_giving)
        {
            if (_pending.Any)
                Give();
        }
    }

    /// <summary>What waits, its hash and the position of its last entry, all or nothing. Only then it can no longer be found among what waits.</summary>
    private void Give()
    {
        Span<byte> position = stackalloc byte[AppliedPosition.EncodedBytes];
        Position.Encode(position);
        _writes.Clear();
        _pending.CopyTo(_writes);
        _writes.Put(StateKeys.Digest, Digests.Current.Encode());
        _writes.Put(StateKeys.Position, position);
        _database.Write(_writes);
        _pending.Clear();
    }

    private static string GenerationFolder(string folder, long generation) =>
        Path.Combine(folder, generation.ToString(CultureInfo.InvariantCulture));

    private static void DeleteOtherGenerations(string folder, long generation)
    {
        var current = GenerationFolder(folder, generation);
        foreach (var other in Directory.EnumerateDirectories(folder).Where(path => path != current).ToList())
            Directory.Delete(other, recursive: true);
    }
}
