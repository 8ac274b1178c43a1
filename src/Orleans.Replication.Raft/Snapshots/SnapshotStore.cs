using System.Globalization;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// The snapshots of a group: <c>snapshots/&lt;log index&gt;/</c>, complete and on disk before they have that name (SAFETY 11).
/// </summary>
internal sealed class SnapshotStore
{
    private const string UnfinishedPrefix = "unfinished-";

    private readonly string _folder;
    private readonly string _group;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _leases = [];
    private volatile CheckpointSnapshot? _current;
    private long _unfinished;

    /// <exception cref="RaftStorageException">A snapshot is of another version or group.</exception>
    public SnapshotStore(string folder, string group)
    {
        _folder = folder;
        _group = group;
        Directory.CreateDirectory(folder);
        foreach (var candidate in Directory.EnumerateDirectories(folder).ToList())
        {
            if (Path.GetFileName(candidate).StartsWith(UnfinishedPrefix, StringComparison.Ordinal))
                Directory.Delete(candidate, recursive: true);
            else if (SnapshotManifest.Read(candidate, group) is { } manifest && manifest.Index > (_current?.Index ?? 0))
                _current = new CheckpointSnapshot(candidate, manifest.Index, manifest.Term);
        }
    }

    /// <summary>The newest snapshot.</summary>
    public CheckpointSnapshot? Current => _current;

    /// <summary>A new folder for a snapshot in the making; deleted at the next start unless it is <see cref="Finish">finished</see>.</summary>
    public string BeginUnfinished()
    {
        var number = Interlocked.Increment(ref _unfinished);
        return Path.Combine(_folder, UnfinishedPrefix + number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Takes a snapshot of the state; may run while entries are applied.</summary>
    public CheckpointSnapshot Take(StateStore state)
    {
        var unfinished = BeginUnfinished();
        var position = state.Checkpoint(unfinished);
        if (_current is { } current && current.Index >= position.Index)
        {
            Directory.Delete(unfinished, recursive: true);
            return current;
        }

        var taken = Finish(unfinished, position.Index, position.Term);
        Use(taken);
        return taken;
    }

    /// <summary>Declares a folder complete and gives it its name. It is not in use yet.</summary>
    public CheckpointSnapshot Finish(string unfinished, long index, long term)
    {
        new SnapshotManifest(SnapshotManifest.FormatVersion, _group, index, term).Write(unfinished);
        var final = Path.Combine(_folder, index.ToString("D20", CultureInfo.InvariantCulture));
        if (Directory.Exists(final))
            Directory.Delete(final, recursive: true);
        DurableFile.RenameFolder(unfinished, final);
        return new CheckpointSnapshot(final, index, term);
    }

    /// <summary>Makes a finished snapshot the current one.</summary>
    public void Use(CheckpointSnapshot snapshot) => _current = snapshot;

    /// <summary>Keeps the current snapshot on disk while somebody reads its files; null when there is none of that index or newer.</summary>
    public CheckpointSnapshot? Lease(long minIndex)
    {
        lock (_gate)
        {
            if (_current is not { } current || current.Index < minIndex)
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
    }

    /// <summary>Deletes the snapshots before an index, but for those being read.</summary>
    public void Reclaim(long watermark)
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder).ToList())
        {
            if (!long.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= watermark)
                continue;
            lock (_gate)
            {
                if (!_leases.ContainsKey(index))
                    Directory.Delete(folder, recursive: true);
            }
        }
    }
}
