using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// The snapshots of a group: <c>snapshots/&lt;log index&gt;/</c>, complete and on disk before they have that name (SAFETY 11).
/// </summary>
internal sealed partial class SnapshotStore : IAsyncDisposable
{
    private const string UnfinishedPrefix = "unfinished-";

    private readonly string _folder;
    private readonly string _group;
    private readonly int _kept;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _leases = [];
    private readonly List<(string Folder, long Index, RaftStorageException Damage)> _damaged = [];
    private readonly SemaphoreSlim _arriving = new(1, 1);
    private volatile CheckpointSnapshot? _current;
    private ArrivingSnapshot? _arrived;
    private SnapshotReceiver? _receiver;
    private long _unfinished;
    private long _refusedParts;

    /// <param name="folder">Where they are.</param>
    /// <param name="group">The group.</param>
    /// <param name="kept">How many stay, at least, the newest included.</param>
    /// <param name="logger">Where damage on the way is reported.</param>
    /// <exception cref="RaftStorageException">A snapshot is of another version or group.</exception>
    public SnapshotStore(string folder, string group, int kept = 1, ILogger? logger = null)
    {
        _folder = folder;
        _group = group;
        _kept = kept;
        _logger = logger ?? NullLogger.Instance;
        Directory.CreateDirectory(folder);
        foreach (var candidate in Directory.EnumerateDirectories(folder).ToList())
        {
            if (Path.GetFileName(candidate).StartsWith(UnfinishedPrefix, StringComparison.Ordinal))
                Directory.Delete(candidate, recursive: true);
            else if (long.TryParse(Path.GetFileName(candidate), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                Find(candidate, index);
        }
    }

    /// <summary>The folders that were complete once, found at the start, and are not any more.</summary>
    public IReadOnlyList<(string Folder, long Index, RaftStorageException Damage)> DamagedFolders => _damaged;

    /// <summary>Hears of the parts that are sent and received.</summary>
    public GroupMetrics? Metrics { get; init; }

    /// <summary>The newest snapshot.</summary>
    public CheckpointSnapshot? Current => _current;

    /// <summary>True while a snapshot is read by somebody: the log behind it will be needed.</summary>
    public bool IsLeased
    {
        get
        {
            lock (_gate)
                return _leases.Count > 0;
        }
    }

    /// <summary>How many parts of snapshots were damaged on their way to this member, or came out of turn.</summary>
    public long RefusedParts => Volatile.Read(ref _refusedParts);

    /// <summary>Raised when a snapshot turns out to be damaged: another one is needed.</summary>
    public event Action? Damaged;

    /// <summary>Takes a snapshot of the state; may run while entries are applied.</summary>
    public CheckpointSnapshot Take(StateStore state)
    {
        var unfinished = BeginUnfinished();
        var position = state.Checkpoint(unfinished);
        if (_current is { IsDamaged: false } current && current.Index >= position.Index)
        {
            Directory.Delete(unfinished, recursive: true);
            return current;
        }

        var taken = Finish(unfinished, position.Index, position.Term, ReadParts(unfinished, _current));
        Use(taken);
        return taken;
    }

    /// <summary>Makes a finished snapshot the current one.</summary>
    public void Use(CheckpointSnapshot snapshot) => _current = snapshot;

    /// <summary>Keeps the current snapshot on disk while somebody reads its files; null when there is none of that index or newer.</summary>
    public CheckpointSnapshot? Lease(long minIndex)
    {
        lock (_gate)
        {
            if (_current is not { IsDamaged: false } current || current.Index < minIndex)
                return null;
            _leases[current.Index] = _leases.GetValueOrDefault(current.Index) + 1;
            return current;
        }
    }

    /// <summary>Ends a lease.</summary>
    public void Return(CheckpointSnapshot snapshot)
    {
        lock (_gate)
        {
            if (--_leases[snapshot.Index] == 0)
                _leases.Remove(snapshot.Index);
        }

        if (snapshot.IsDamaged && snapshot == _current)
            Damaged?.Invoke();
    }

    /// <summary>Deletes the snapshots before an index, but for those being read and those to be kept.</summary>
    public void Reclaim(long watermark)
    {
        var older = Directory.EnumerateDirectories(_folder)
            .Select(folder => (Folder: folder, Known: long.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var index), Index: index))
            .Where(snapshot => snapshot.Known && snapshot.Index < watermark)
            .OrderByDescending(snapshot => snapshot.Index)
            .Skip(_kept - 1)
            .ToList();
        foreach (var (folder, _, index) in older)
        {
            lock (_gate)
            {
                if (!_leases.ContainsKey(index))
                    Directory.Delete(folder, recursive: true);
            }
        }
    }

    private void Find(string folder, long index)
    {
        try
        {
            var manifest = SnapshotManifest.Read(folder, _group) ?? throw RaftStorageException.Damage($"'{folder}' is damaged: its '{SnapshotManifest.FileName}' is missing.");
            if (manifest.Index > (_current?.Index ?? 0))
                _current = new CheckpointSnapshot(folder, manifest.Index, manifest.Term, manifest.Files);
        }
        catch (RaftStorageException e) when (e.IsDamage)
        {
            _damaged.Add((folder, index, e));
        }
    }

    /// <summary>What a folder's files are, with their checksums; of those that an earlier snapshot has too, it is known already.</summary>
    public static IReadOnlyList<SnapshotPart> ReadParts(string folder, CheckpointSnapshot? before)
    {
        var known = (before?.Parts ?? []).ToDictionary(part => part.Name, StringComparer.Ordinal);
        return [.. new DirectoryInfo(folder).GetFiles().Where(IsPart).OrderBy(file => file.Name, StringComparer.Ordinal).Select(Describe)];

        SnapshotPart Describe(FileInfo file)
        {
            // RocksDB never changes a table file, and a link has the time of its file.
            if (file.Extension == ".sst" && known.TryGetValue(file.Name, out var part) && part.Length == file.Length
                && new FileInfo(Path.Combine(before!.Folder, file.Name)) is { Exists: true } same && same.LastWriteTimeUtc == file.LastWriteTimeUtc)
            {
                return part;
            }

            return new SnapshotPart(file.Name, file.Length, SnapshotChecksums.OfFile(file.FullName));
        }
    }

    /// <summary>RocksDB's own logs, its lock and our manifest are no part of the state.</summary>
    private static bool IsPart(FileInfo file) =>
        file.Name is not (SnapshotManifest.FileName or "LOCK") && !file.Name.StartsWith("LOG", StringComparison.Ordinal)
        && !file.Name.StartsWith(SnapshotManifest.FileName, StringComparison.Ordinal);

    /// <summary>A new folder for a snapshot in the making; deleted at the next start unless it is finished.</summary>
    public string BeginUnfinished()
    {
        var number = Interlocked.Increment(ref _unfinished);
        return Path.Combine(_folder, UnfinishedPrefix + number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Declares a folder complete and gives it its name. It is not in use yet.</summary>
    private CheckpointSnapshot Finish(string unfinished, long index, long term, IReadOnlyList<SnapshotPart> parts)
    {
        SnapshotManifest.Of(_group, index, term, parts).Write(unfinished);
        var final = Path.Combine(_folder, index.ToString("D20", CultureInfo.InvariantCulture));
        if (Directory.Exists(final))
            Directory.Delete(final, recursive: true);
        DurableFile.RenameFolder(unfinished, final);
        return new CheckpointSnapshot(final, index, term, parts);
    }
}
