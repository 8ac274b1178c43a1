using System.IO.Hashing;
using System.Text;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>The checksums of a snapshot: of each file, and of the whole (SAFETY 11).</summary>
internal static class SnapshotChecksums
{
    /// <summary>Reads a file to its end.</summary>
    public static ulong OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 20, FileOptions.SequentialScan);
        var hash = new XxHash3();
        hash.Append(file);
        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>What stands for the whole: its place in the log, and every file with name, length and content.</summary>
    public static ulong OfWhole(long index, long term, IEnumerable<SnapshotPart> parts)
    {
        var hash = new XxHash3();
        Append(index);
        Append(term);
        foreach (var part in parts)
        {
            var name = Encoding.UTF8.GetBytes(part.Name);
            Append(name.Length);
            hash.Append(name);
            Append(part.Length);
            Append(unchecked((long)part.Checksum));
        }

        return hash.GetCurrentHashAsUInt64();

        void Append(long number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            hash.Append(bytes);
        }
    }
}
