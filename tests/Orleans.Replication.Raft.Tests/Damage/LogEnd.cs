using System.Buffers.Binary;
using System.Globalization;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>
/// Where the log ends in one of its pages. Behind it there may be what was cut off: an entry of a leader whose term ended, which is damaged without harm and without anybody noticing.
/// </summary>
internal static class LogEnd
{
    private const int RowBytes = 64;
    private const int RowsPerPage = 64;
    private const int UsedRowBytes = 40;

    /// <summary>How many bytes of the file belong to the log, if it ends in it: 0 for a page behind its end, null for another page or file.</summary>
    public static int? In(string path)
    {
        var kind = Path.GetFileName(Path.GetDirectoryName(path));
        if (kind is not ("data" or "metadata"))
            return null;
        var log = Path.GetDirectoryName(Path.GetDirectoryName(path))!;
        if (!File.Exists(Path.Combine(log, "checkpoint")))
            return null;
        var (_, last) = LogFiles.ReadCheckpoint(log);
        var page = long.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
        return kind == "metadata" ? InMetadata(page, last) : InData(log, page, last, File.ReadAllBytes(path).Length);
    }

    private static int? InMetadata(long page, long last) => EndIn(page, (last * RowBytes) + UsedRowBytes, RowsPerPage * RowBytes);

    private static int? EndIn(long page, long end, int pageBytes) =>
        (end - 1) / pageBytes > page ? null : (int)Math.Max(0, end - (page * pageBytes));

    private static int? InData(string log, long page, long last, int chunkBytes)
    {
        for (var index = last; index > 0; index--)
        {
            var row = File.ReadAllBytes(Path.Combine(log, "metadata", $"{index / RowsPerPage}")).AsSpan((int)(index % RowsPerPage) * RowBytes, RowBytes);
            var (length, address) = (BinaryPrimitives.ReadInt64LittleEndian(row[8..]), BinaryPrimitives.ReadInt64LittleEndian(row[16..]));
            if (length == 0)
                continue;
            return EndIn(page, address + length, chunkBytes);
        }

        return 0;
    }
}
