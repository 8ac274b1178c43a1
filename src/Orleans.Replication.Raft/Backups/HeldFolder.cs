using System.Globalization;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>A group's folder that no member has open, and that none can open while this holds its lock.</summary>
internal sealed class HeldFolder : IDisposable
{
    private readonly FileStream _lock;

    private HeldFolder(string path, string group, FileStream @lock)
    {
        Path = path;
        Group = group;
        _lock = @lock;
    }

    public string Path { get; }

    public string Group { get; }

    public string Log => System.IO.Path.Combine(Path, "log");

    public string State => System.IO.Path.Combine(Path, "state");

    public string Snapshots => System.IO.Path.Combine(Path, "snapshots");

    public string Members => System.IO.Path.Combine(Path, "members");

    /// <summary>The index of the newest snapshot by the names alone; 0 when there is none.</summary>
    public long NewestSnapshot => SnapshotFolders.Select(folder => folder.Index).DefaultIfEmpty(0).Max();

    /// <summary>The snapshots, by name.</summary>
    public IEnumerable<(string Path, long Index)> SnapshotFolders => Directory.Exists(Snapshots)
        ? Directory.EnumerateDirectories(Snapshots)
            .Select(folder => (folder, long.TryParse(System.IO.Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1))
            .Where(folder => folder.Item2 >= 0)
        : [];

    /// <exception cref="RaftStorageException">There is none, or it is in use.</exception>
    public static HeldFolder Take(string dataDirectory, string group)
    {
        var path = GroupFolder.PathOf(dataDirectory, group);
        if (!Directory.Exists(path))
            throw new RaftStorageException($"There is no folder '{path}': '{dataDirectory}' has no group '{group}'.");
        return new HeldFolder(path, group, GroupFolder.TakeLock(path));
    }

    public void Dispose() => _lock.Dispose();
}
