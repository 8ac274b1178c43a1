using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// How far this member's log was on disk, and committed, when it last answered for it, with a checksum: the engine's own file (<c>log/checkpoint</c>) has none, and one flipped bit there
/// would drop entries that a majority was counted with, or commit entries that nobody has agreed on (SAFETY 4, 10).
/// <list type="bullet">
/// <item>It is written after the log's own flush, by a follower before it answers and by a leader with its commit, without a flush of its own: the death of the process takes nothing back, and after a loss of power it may be older than the log. So the log may be
/// ahead of it, never behind.</item>
/// <item>It is lowered, and flushed, before a conflict cuts the log.</item>
/// <item>The commit index of a start is at most the one here, or what the state has come to. A lower one does no harm: the leader tells it anew (Raft §5.3).</item>
/// <item>When it is missing or not whole it guards nothing, and is written anew: the log, which it guards, is whole then, unless two things are damaged at once.</item>
/// </list>
/// </summary>
/// <remarks><c>flushed</c>: format version (1 byte), last entry, last committed entry (i64 each, little endian), XxHash3 of all before. Only used by one thread at a time.</remarks>
internal sealed class FlushGuard : IDisposable
{
    private const byte FormatVersion = 1;
    private const int CommittedOffset = 1 + sizeof(long);
    private const int ChecksumOffset = CommittedOffset + sizeof(long);
    private const int FileBytes = ChecksumOffset + sizeof(ulong);

    private readonly byte[] _encoded = new byte[FileBytes];
    private readonly SafeFileHandle _file;
    private (long Last, long Committed) _known;

    private FlushGuard(SafeFileHandle file, (long Last, long Committed) known) => (_file, _known) = (file, known);

    /// <summary>Compares a log that is not open yet with what was said of it, and corrects its commit index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="log">The log's folder.</param>
    /// <param name="isBegun">True when this member has answered for what is in the log.</param>
    /// <param name="contained">Up to which entry a snapshot or the state has the log in it: that far, it is committed.</param>
    /// <exception cref="RaftStorageException">The log has lost entries; nothing was changed.</exception>
    public static FlushGuard Open(string path, string log, bool isBegun, (long Snapshot, long State) contained)
    {
        var known = Read(path);
        if (isBegun && known is { } promised)
        {
            var found = LogFiles.ReadCheckpoint(log);
            if (Math.Max(found.Last, contained.Snapshot) < promised.Last)
                throw LogFiles.Damaged(log, $"it ends at entry {found.Last}, and was flushed up to entry {promised.Last}");
            var committed = Math.Max(promised.Committed, Math.Max(contained.Snapshot, contained.State));
            if (found.Committed > committed)
                LogFiles.WriteCheckpoint(log, found with { Committed = committed });
        }

        if (known is null)
            DurableFile.Write(path, new byte[FileBytes]);
        return new FlushGuard(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read), known ?? default);
    }

    /// <summary>Up to which entry a stopped member's log was flushed; 0 when nothing says so.</summary>
    public static long ReadLast(string path) => Read(path)?.Last ?? 0;

    /// <summary>Notes what is on disk, before anybody is answered.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Record(long last, long committed)
    {
        var next = (Math.Max(_known.Last, last), Math.Max(_known.Committed, committed));
        if (next != _known)
            Write(next);
    }

    /// <summary>Forgets the entries that are about to be cut from the log: nobody has counted on them to stay.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Lower(long last)
    {
        if (_known.Last <= last)
            return;
        Write(_known with { Last = last });
        RandomAccess.FlushToDisk(_file);
    }

    public void Dispose() => _file.Dispose();

    private void Write((long Last, long Committed) next)
    {
        _encoded[0] = FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(_encoded.AsSpan(1), next.Last);
        BinaryPrimitives.WriteInt64LittleEndian(_encoded.AsSpan(CommittedOffset), next.Committed);
        BinaryPrimitives.WriteUInt64LittleEndian(_encoded.AsSpan(ChecksumOffset), XxHash3.HashToUInt64(_encoded.AsSpan(..ChecksumOffset)));
        RandomAccess.Write(_file, _encoded, 0);
        _known = next;
    }

    private static (long Last, long Committed)? Read(string path)
    {
        if (!File.Exists(path) || File.ReadAllBytes(path) is not { Length: FileBytes } bytes
            || XxHash3.HashToUInt64(bytes.AsSpan(..ChecksumOffset)) != BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(ChecksumOffset)))
        {
            return null;
        }

        return bytes[0] == FormatVersion
            ? (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(1)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(CommittedOffset)))
            : throw new RaftStorageException($"'{path}' is of format version {bytes[0]}; this software reads version {FormatVersion}.");
    }
}
