using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>
/// Reads a <see cref="BackupFormat">backup</see> from its beginning to its end, and compares everything with its checksum. A file whose content is damaged is reported and
/// read over; where the lengths cannot be believed any longer, reading ends.
/// </summary>
internal sealed class BackupReader(Stream source) : IDisposable
{
    private const int BufferBytes = 256 << 10;

    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly List<string> _problems = [];

    /// <summary>What is wrong so far.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many files were read.</summary>
    public int Files { get; private set; }

    /// <summary>How many bytes were read.</summary>
    public long Bytes { get; private set; }

    /// <summary>The SHA-256 of the backup, as computed; null before the end was reached.</summary>
    public byte[]? Digest { get; private set; }

    /// <returns>The header; null when it cannot be read, and nothing behind it can.</returns>
    public async Task<RaftBackupInfo?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var head = new byte[BackupFormat.Magic.Length + (2 * sizeof(uint))];
        if (!await TryReadAsync(head, "its header", cancellationToken).ConfigureAwait(false))
            return null;
        if (!head.AsSpan(0, BackupFormat.Magic.Length).SequenceEqual(BackupFormat.Magic))
            return Unreadable("It is no backup: it does not begin with 'ORLRBKUP', or its first bytes are damaged.");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8));
        if (version != BackupFormat.Version)
            return Unreadable($"It is of format version {version}, or its header is damaged; this software reads version {BackupFormat.Version}.");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(12));
        if (length > BackupFormat.MaxHeaderBytes)
            return Unreadable($"Its header is damaged: it says that it has {length} bytes.");
        byte[] header = [.. head, .. new byte[length]];
        if (!await TryReadAsync(header.AsMemory(head.Length), "its header", cancellationToken).ConfigureAwait(false)
            || !await IsHashRightAsync(XxHash3.HashToUInt64(header), "Its header", cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(header.AsSpan(head.Length), BackupHeaderJson.Default.RaftBackupInfo);
        }
        catch (JsonException e)
        {
            return Unreadable($"Its header cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads everything behind the header, and puts the files into a folder.</summary>
    /// <param name="folder">Where to; null compares only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ReadFilesAsync(string? folder, CancellationToken cancellationToken)
    {
        var contentBytes = 0L;
        var mark = new byte[1];
        while (await TryReadAsync(mark, "the place where the next file begins", cancellationToken).ConfigureAwait(false))
        {
            if (mark[0] == BackupFormat.EndMark)
            {
                await ReadTrailerAsync(contentBytes, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (mark[0] != BackupFormat.FileMark || Files == BackupFormat.MaxFiles)
            {
                Report($"At byte {Bytes - 1}, behind file {Files}, neither a file nor the end begins. Nothing behind it was read.");
                return;
            }

            if (await ReadAnnouncementAsync(cancellationToken).ConfigureAwait(false) is not { } announced)
                return;
            if (!await ReadFileAsync(announced.Name, announced.Length, folder, cancellationToken).ConfigureAwait(false))
                return;
            contentBytes += announced.Length;
        }
    }

    public void Dispose() => _whole.Dispose();

    private async Task<(string Name, long Length)?> ReadAnnouncementAsync(CancellationToken cancellationToken)
    {
        var where = $"the announcement of file {Files + 1} at byte {Bytes - 1}";
        var nameLength = new byte[1];
        if (!await TryReadAsync(nameLength, where, cancellationToken).ConfigureAwait(false))
            return null;
        byte[] announcement = [BackupFormat.FileMark, nameLength[0], .. new byte[nameLength[0] + sizeof(long)]];
        if (!await TryReadAsync(announcement.AsMemory(2), where, cancellationToken).ConfigureAwait(false)
            || !await IsHashRightAsync(XxHash3.HashToUInt64(announcement), char.ToUpperInvariant(where[0]) + where[1..], cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var name = Encoding.ASCII.GetString(announcement.AsSpan(2, nameLength[0]));
        var length = BinaryPrimitives.ReadInt64LittleEndian(announcement.AsSpan(2 + nameLength[0]));
        if (BackupFormat.IsName(name) && length >= 0)
            return (name, length);
        Report($"File {Files + 1} is announced as '{name}' with {length} bytes, which cannot be. Nothing behind it was read.");
        return null;
    }

    private async Task<bool> ReadFileAsync(string name, long length, string? folder, CancellationToken cancellationToken)
    {
        var begin = Bytes;
        var hash = new XxHash3();
        var path = folder is null ? null : Path.Combine(folder, name);
        var file = path is null ? Stream.Null : new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await using (file.ConfigureAwait(false))
        {
            for (var left = length; left > 0;)
            {
                var piece = _buffer.AsMemory(0, (int)Math.Min(left, BufferBytes));
                if (!await TryReadAsync(piece, $"file '{name}', which has {length} bytes and begins at byte {begin}", cancellationToken).ConfigureAwait(false))
                    return false;
                hash.Append(piece.Span);
                await file.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                left -= piece.Length;
            }
        }

        if (path is not null)
            DurableFile.SyncFile(path);
        Files++;
        var expected = new byte[BackupFormat.HashBytes];
        if (!await TryReadAsync(expected, $"the checksum of file '{name}'", cancellationToken).ConfigureAwait(false))
            return false;
        if (BinaryPrimitives.ReadUInt64LittleEndian(expected) != hash.GetCurrentHashAsUInt64())
            Report($"File '{name}', {length} bytes from byte {begin} on, differs from its checksum.");
        return true;
    }

    private async Task ReadTrailerAsync(long contentBytes, CancellationToken cancellationToken)
    {
        var counts = new byte[BackupFormat.TrailerBytes - 1];
        if (!await TryReadAsync(counts, "its trailer", cancellationToken).ConfigureAwait(false))
            return;
        var files = BinaryPrimitives.ReadUInt32LittleEndian(counts);
        var bytes = BinaryPrimitives.ReadInt64LittleEndian(counts.AsSpan(sizeof(uint)));
        if (files != Files || bytes != contentBytes)
            Report($"Its trailer speaks of {files} files with {bytes} bytes; it has {Files} with {contentBytes}.");
        var digest = _whole.GetHashAndReset();
        var expected = new byte[BackupFormat.DigestBytes];
        if (!await TryReadAsync(expected, "the checksum of the whole", cancellationToken).ConfigureAwait(false))
            return;
        if (!expected.AsSpan().SequenceEqual(digest))
            Report("The whole differs from its checksum (SHA-256).");
        else
            Digest = digest;
        if (await source.ReadAtLeastAsync(_buffer.AsMemory(0, 1), 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) > 0)
            Report($"Behind its end, at byte {Bytes}, there is more, which does not belong to it.");
    }

    private async Task<bool> IsHashRightAsync(ulong computed, string what, CancellationToken cancellationToken)
    {
        var expected = new byte[BackupFormat.HashBytes];
        if (!await TryReadAsync(expected, $"the checksum of a part: {what}", cancellationToken).ConfigureAwait(false))
            return false;
        if (BinaryPrimitives.ReadUInt64LittleEndian(expected) == computed)
            return true;
        Report($"{what} differs from its checksum. Nothing behind it was read.");
        return false;
    }

    private async Task<bool> TryReadAsync(Memory<byte> destination, string what, CancellationToken cancellationToken)
    {
        var count = await source.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        _whole.AppendData(destination.Span[..count]);
        Bytes += count;
        if (count == destination.Length)
            return true;
        Report($"It ends at byte {Bytes}, within {what}: its rest is missing.");
        return false;
    }

    private void Report(string problem) => _problems.Add(problem);

    private RaftBackupInfo? Unreadable(string problem)
    {
        Report(problem);
        return null;
    }
}
