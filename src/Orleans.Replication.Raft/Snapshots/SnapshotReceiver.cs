using System.IO.Hashing;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// Collects a snapshot that a leader sends over one connection: every chunk is checked, and the whole is on disk, before it is given a name
/// (SAFETY 11). A cut leaves nothing behind.
/// </summary>
internal sealed class SnapshotReceiver(SnapshotStore store) : IDisposable
{
    private const int MaxFiles = 100_000;

    private string? _folder;
    private SnapshotBegin? _begin;
    private FileStream? _file;
    private int _fileNumber = -1;

    /// <exception cref="ProtocolViolationException">The announcement is not acceptable.</exception>
    public void Begin(SnapshotBegin begin)
    {
        Discard();
        if (begin.Index <= 0 || begin.Files.Count is 0 or > MaxFiles)
            throw new ProtocolViolationException($"A snapshot of index {begin.Index} with {begin.Files.Count} files was announced.");
        foreach (var file in begin.Files)
        {
            if (file.Length < 0 || file.Name.Length is 0 or > 128 || !file.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') || file.Name[0] == '.')
                throw new ProtocolViolationException($"A snapshot's file is announced as '{file.Name}' with {file.Length} bytes.");
        }

        _begin = begin;
        _folder = store.BeginUnfinished();
        Directory.CreateDirectory(_folder);
        foreach (var empty in begin.Files.Where(file => file.Length == 0))
            File.WriteAllBytes(Path.Combine(_folder, empty.Name), []);
    }

    /// <exception cref="ProtocolViolationException">The chunk is not the next one, or its checksum is wrong.</exception>
    public async ValueTask WriteAsync(SnapshotChunk chunk, CancellationToken cancellationToken)
    {
        if (_begin is not { } begin || _folder is not { } folder || chunk.File >= begin.Files.Count)
            throw new ProtocolViolationException("A piece of a snapshot came that was not announced.");
        if (chunk.File != _fileNumber)
        {
            CloseFile();
            _fileNumber = (int)chunk.File;
            _file = new FileStream(Path.Combine(folder, begin.Files[_fileNumber].Name), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }

        if (_file is not { } file || chunk.Offset != file.Position || chunk.Offset + chunk.Content.Length > begin.Files[_fileNumber].Length)
            throw new ProtocolViolationException($"A piece of '{begin.Files[_fileNumber].Name}' came for offset {chunk.Offset} out of turn.");
        if (XxHash64.HashToUInt64(chunk.Content.Span) != chunk.Checksum)
            throw new ProtocolViolationException($"A piece of '{begin.Files[_fileNumber].Name}' at {chunk.Offset} was damaged on its way.");
        await file.WriteAsync(chunk.Content.Memory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that everything is there, and puts it on disk.</summary>
    /// <exception cref="ProtocolViolationException">Something is missing.</exception>
    public CheckpointSnapshot End()
    {
        if (_begin is not { } begin || _folder is not { } folder)
            throw new ProtocolViolationException("A snapshot ended that had not begun.");
        CloseFile();
        foreach (var announced in begin.Files)
        {
            var file = new FileInfo(Path.Combine(folder, announced.Name));
            if (!file.Exists || file.Length != announced.Length)
                throw new ProtocolViolationException($"Of a snapshot's file '{announced.Name}', {announced.Length} bytes were announced and {(file.Exists ? file.Length : 0)} came.");
            DurableFile.SyncFile(file.FullName);
        }

        var finished = store.Finish(folder, begin.Index, begin.SnapshotTerm);
        _folder = null;
        _begin = null;
        return finished;
    }

    public void Dispose() => Discard();

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
        _fileNumber = -1;
    }

    private void Discard()
    {
        CloseFile();
        if (_folder is { } folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        _folder = null;
        _begin = null;
    }
}
