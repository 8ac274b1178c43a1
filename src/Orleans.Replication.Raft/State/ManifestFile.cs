using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// RocksDB's list of a database's files, verified before RocksDB reads it: its reader (package 11.12.0) never returns from a record whose kind was changed by a flipped bit into one of
/// a recycled log (5 to 8), which a MANIFEST has none of. The member would hang in its start, and say nothing.
/// </summary>
/// <remarks>
/// Blocks of 32 KiB; in them records: masked CRC-32C of kind and payload (4 bytes), length (2 bytes, little endian), kind (1 byte), payload. Less than a header is left at a block's end as
/// padding. A record that the file's end cuts off is what a crash leaves, and RocksDB goes by those before it.
/// </remarks>
internal static class ManifestFile
{
    private const int BlockBytes = 32 << 10;
    private const int HeaderBytes = sizeof(uint) + sizeof(ushort) + 1;
    private const byte Padding = 0;
    private const byte LastKind = 4;

    /// <exception cref="RaftStorageException">A record is not as it was written.</exception>
    public static void RequireWhole(string folder)
    {
        // What else is wrong is for RocksDB to say.
        var current = Path.Combine(folder, "CURRENT");
        if (!File.Exists(current) || File.ReadAllText(current, Encoding.Latin1).TrimEnd('\n') is not { Length: > 0 } name || name.IndexOfAny(['/', '\0']) >= 0)
            return;
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return;
        using var file = File.OpenRead(path);
        var block = new byte[BlockBytes];
        for (var start = 0L; file.ReadAtLeast(block, BlockBytes, throwOnEndOfStream: false) is > 0 and var length; start += BlockBytes)
        {
            if (FindDamage(block.AsSpan(0, length)) is >= 0 and var offset)
                throw RaftStorageException.Damage($"The state in '{folder}' is damaged: the record at byte {start + offset} of '{name}' differs from its checksum.");
        }
    }

    /// <returns>Where a record is not as it was written; -1 when all are.</returns>
    private static int FindDamage(ReadOnlySpan<byte> block)
    {
        for (var offset = 0; block.Length - offset >= HeaderBytes;)
        {
            var header = block[offset..];
            var (checksum, length, kind) = (BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt16LittleEndian(header[sizeof(uint)..]), header[HeaderBytes - 1]);
            if (kind == Padding && length == 0)
                return -1;
            if (kind > LastKind)
                return offset;
            if (length > header.Length - HeaderBytes)
                return block.Length < BlockBytes ? -1 : offset;
            if (checksum != Checksum(header.Slice(HeaderBytes - 1, length + 1)))
                return offset;
            offset += HeaderBytes + length;
        }

        return -1;
    }

    /// <summary>As it is stored: a checksum of data that has checksums in it would be a weak one.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        const uint MaskDelta = 0xA282EAD8;
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }
}
