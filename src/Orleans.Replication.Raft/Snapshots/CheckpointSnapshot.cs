using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// A checkpoint of the state in a folder of its own. The log before it may go. It is shipped file by file (<see cref="SnapshotSender"/>), outside
/// of the log's locks, and never through the log entry that it also is for the engine.
/// </summary>
internal sealed class CheckpointSnapshot(string folder, long index, long term, IReadOnlyList<SnapshotPart>? parts) : ISnapshot
{
    private IReadOnlyList<SnapshotPart>? _parts = parts;

    /// <summary>Where its files are.</summary>
    public string Folder => folder;

    public long Index => index;

    public long Term => term;

    /// <summary>Its files; read once, to the end, when its manifest is of the version that did not name them.</summary>
    public IReadOnlyList<SnapshotPart> Parts => LazyInitializer.EnsureInitialized(ref _parts, () => SnapshotStore.ReadParts(folder, before: null));

    long? IDataTransferObject.Length => null;

    bool IDataTransferObject.IsReusable => true;

    /// <summary>True once a file was found not to be as it was written.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Compares every file with its checksum.</summary>
    /// <exception cref="RaftStorageException">One is not as it was written.</exception>
    public void Verify()
    {
        foreach (var part in _parts ?? [])
            Verify(part);
    }

    /// <summary>Compares one file with its checksum.</summary>
    /// <exception cref="RaftStorageException">It is not as it was written.</exception>
    public void Verify(SnapshotPart part)
    {
        var file = new FileInfo(Path.Combine(folder, part.Name));
        if (file.Exists && file.Length == part.Length && SnapshotChecksums.OfFile(file.FullName) == part.Checksum)
            return;
        IsDamaged = true;
        throw RaftStorageException.Damage($"The snapshot in '{folder}' is damaged: the checksum of '{part.Name}' is wrong.");
    }

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token) =>
        throw new InvalidOperationException("A snapshot is shipped by its files.");
}
