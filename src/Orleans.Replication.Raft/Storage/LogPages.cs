using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// The engine's log on disk, read without the engine and without changing anything: what is damaged is told, entry by entry, and the others can still be read.
/// <code>
/// checkpoint: version u32 = 1, committed i64, last i64
/// state:      voted u8, vote 28 bytes, term i64
/// metadata/N: 4,096 bytes, 64 rows of 64 bytes; row r is that of entry 64 N + r: term i64, length i64, address u64, flags u32, id i32, XxHash3 of payload and these
///             32 bytes (big endian), 24 bytes unused
/// data/N:     a chunk of one address space, as large as the log's chunks are
/// </code>
/// A test holds that this is what the engine writes.
/// </summary>
internal sealed class LogPages
{
    private const int RowBytes = 64;
    private const int RowsPerPage = 4096 / RowBytes;
    private const int MetadataBytes = 32;
    private const long MaxEntryBytes = 1L << 30;

    private readonly string _folder;
    private readonly int _chunkBytes;
    private (long Number, byte[]? Bytes) _rows = (-1, null);
    private (long Number, byte[]? Bytes) _chunk = (-1, null);

    private LogPages(string folder, long committed, long last, long term, int chunkBytes)
    {
        _folder = folder;
        _chunkBytes = chunkBytes;
        (Committed, Last, Term) = (committed, last, term);
    }

    /// <summary>Up to which entry the member knew the log to be committed when it last wrote that down.</summary>
    public long Committed { get; }

    /// <summary>The last entry.</summary>
    public long Last { get; }

    /// <summary>The member's term.</summary>
    public long Term { get; }

    /// <exception cref="RaftStorageException">The two files that say how far the log goes, and what was voted, are not whole.</exception>
    public static LogPages Open(string folder)
    {
        LogFiles.RequireWhole(folder);
        var (committed, last) = LogFiles.ReadCheckpoint(folder);
        var data = new DirectoryInfo(Path.Combine(folder, "data"));
        var chunkBytes = data.Exists ? data.EnumerateFiles().Select(file => file.Length).DefaultIfEmpty(0).Max() : 0;
        return new LogPages(
            folder,
            committed,
            last,
            LogFiles.ReadTerm(folder),
            checked((int)chunkBytes));
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="index">From 1 to <see cref="Last"/>.</param>
    /// <param name="row">What was found, damaged or not.</param>
    /// <returns>What is wrong; null when it is whole.</returns>
    public string? Read(long index, out LogRow row)
    {
        row = default;
        if (Page("metadata", index / RowsPerPage, ref _rows) is not { } page)
            return Text($"its page 'metadata/{index / RowsPerPage}' is missing");
        var offset = (int)(index % RowsPerPage) * RowBytes;
        if (page.Length < offset + RowBytes)
            return Text($"its page 'metadata/{index / RowsPerPage}' has {page.Length} bytes");
        var bytes = page.AsSpan(offset, RowBytes);
        var (term, length, address) = (
            BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
        row = new LogRow(term, length, default);
        if (length is < 0 or > MaxEntryBytes || (length > 0 && (_chunkBytes == 0 || address > long.MaxValue)))
            return Text($"its row in 'metadata/{index / RowsPerPage}' says {length} bytes at address {address}");
        var payload = new byte[length];
        if (ReadPayload(address, payload) is { } problem)
            return problem;
        row = row with { Payload = payload };
        var hash = new XxHash3();
        hash.Append(payload);
        hash.Append(bytes[..MetadataBytes]);
        return hash.GetCurrentHash().AsSpan().SequenceEqual(bytes.Slice(MetadataBytes, sizeof(ulong)))
            ? null
            : Text($"it differs from its checksum ('metadata/{index / RowsPerPage}', 'data/{(_chunkBytes == 0 ? 0 : (long)address / _chunkBytes)}')");
    }

    private string? ReadPayload(ulong address, byte[] payload)
    {
        for (var read = 0; read < payload.Length;)
        {
            var number = (long)(address + (ulong)read) / _chunkBytes;
            var offset = (int)((long)(address + (ulong)read) % _chunkBytes);
            if (Page("data", number, ref _chunk) is not { } chunk)
                return Text($"its page 'data/{number}' is missing");
            var count = Math.Min(payload.Length - read, _chunkBytes - offset);
            if (chunk.Length < offset + count)
                return Text($"its page 'data/{number}' has {chunk.Length} bytes instead of {_chunkBytes}");
            chunk.AsSpan(offset, count).CopyTo(payload.AsSpan(read));
            read += count;
        }

        return null;
    }

    private byte[]? Page(string kind, long number, ref (long Number, byte[]? Bytes) last)
    {
        if (last.Number == number)
            return last.Bytes;
        var path = Path.Combine(_folder, kind, number.ToString(CultureInfo.InvariantCulture));
        last = (number, File.Exists(path) ? File.ReadAllBytes(path) : null);
        return last.Bytes;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
