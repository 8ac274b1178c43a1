using System.IO.Hashing;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// What has come of a snapshot so far. It outlives the connection that brings it: a later one goes on where this one ended, and a newer snapshot
/// takes over the files that both have in common. Every part is checked when it comes and every file when it is complete; a complete file is on
/// disk. Used by one connection at a time (<see cref="SnapshotReceiver"/>).
/// </summary>
internal sealed class ArrivingSnapshot : IDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, SnapshotPart> _complete = new(StringComparer.Ordinal);
    private SnapshotBegin _announced = new();
    private FileStream? _file;
    private SnapshotFile? _fileAnnounced;
    private XxHash3 _hash = new();
    private int _fileNumber;

    public ArrivingSnapshot(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public string Folder => _folder;

    public long Index => _announced.Index;

    public long Term => _announced.SnapshotTerm;

    /// <summary>The files in the order of their announcement, once nothing is missing.</summary>
    public IReadOnlyList<SnapshotPart> Parts => [.. _announced.Files.Select(file => _complete[file.Name])];

    /// <summary>What is missing first.</summary>
    public SnapshotPosition Wanted => new() { File = (uint)_fileNumber, Offset = _file?.Position ?? 0 };

    public bool IsComplete => _fileNumber == _announced.Files.Count;

    /// <summary>Announces what comes. What is here of it already stays; everything else is deleted.</summary>
    public void Begin(SnapshotBegin announced)
    {
        var names = announced.Files.Where(file => IsHere(announced, file)).Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        var partial = _fileAnnounced is { } current && announced.Checksum != 0 && announced.Files.Any(file => file.Equals(current)) ? current : null;
        if (partial is null)
            CloseFile();
        foreach (var file in Directory.EnumerateFiles(_folder).Where(path => !names.Contains(Path.GetFileName(path)) && Path.GetFileName(path) != partial?.Name).ToList())
            File.Delete(file);
        foreach (var gone in _complete.Keys.Where(name => !names.Contains(name)).ToList())
            _complete.Remove(gone);
        _announced = announced;
        FindMissing();
    }

    /// <summary>Takes a part, unless it is not the wanted one or was damaged on its way.</summary>
    /// <returns>Why it was not taken; null when it was.</returns>
    public async ValueTask<string?> WriteAsync(SnapshotChunk chunk, CancellationToken cancellationToken)
    {
        if (IsComplete || chunk.File != _fileNumber || chunk.Offset != Wanted.Offset)
            return "it was not the wanted one";
        var announced = _announced.Files[_fileNumber];
        if (chunk.Content.IsEmpty || chunk.Offset + chunk.Content.Length > announced.Length)
            return "it is longer than the file";
        if (XxHash64.HashToUInt64(chunk.Content.Span) != chunk.Checksum)
            return "its checksum is wrong";
        if (_file is null)
        {
            // The buffer is the part: nothing may be in memory only when a position is given away.
            _file = new FileStream(PathOf(announced), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            _fileAnnounced = announced;
            _hash = new XxHash3();
        }

        var before = _file.Position;
        try
        {
            await _file.WriteAsync(chunk.Content.Memory, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Nobody knows how much of it was written.
            _file.SetLength(before);
            _file.Position = before;
            throw;
        }

        _hash.Append(chunk.Content.Span);
        return _file.Position == announced.Length ? CompleteFile(announced) : null;
    }

    public void Dispose() => CloseFile();

    private string PathOf(SnapshotFile file) => Path.Combine(_folder, file.Name);

    private string? CompleteFile(SnapshotFile announced)
    {
        var checksum = _hash.GetCurrentHashAsUInt64();
        if (_announced.Checksum != 0 && checksum != announced.Checksum)
        {
            CloseFile();
            File.Delete(PathOf(announced));
            return $"with it, the checksum of '{announced.Name}' is wrong: the file is wanted again";
        }

        _file?.Flush(flushToDisk: true);
        CloseFile();
        _complete[announced.Name] = new SnapshotPart(announced.Name, announced.Length, checksum);
        FindMissing();
        return null;
    }

    /// <summary>A file that an earlier announcement brought with the same content.</summary>
    private bool IsHere(SnapshotBegin announced, SnapshotFile file) =>
        announced.Checksum != 0 && _complete.TryGetValue(file.Name, out var part) && part.Length == file.Length && part.Checksum == file.Checksum;

    /// <summary>Goes on to the first file that is not complete; an unfinished one comes first, where it ended.</summary>
    private void FindMissing()
    {
        if (_fileAnnounced is { } current)
        {
            _fileNumber = _announced.Files.IndexOf(current);
            return;
        }

        for (_fileNumber = 0; _fileNumber < _announced.Files.Count; _fileNumber++)
        {
            var file = _announced.Files[_fileNumber];
            if (_complete.ContainsKey(file.Name))
                continue;
            if (file.Length > 0)
                return;
            using (var empty = new FileStream(PathOf(file), FileMode.Create, FileAccess.Write, FileShare.None))
                empty.Flush(flushToDisk: true);
            _complete[file.Name] = new SnapshotPart(file.Name, 0, new XxHash3().GetCurrentHashAsUInt64());
        }
    }

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
        _fileAnnounced = null;
    }
}
