using System.Buffers.Binary;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>Damages files.</summary>
internal static class Inflicted
{
    private const int PageBytes = 4096;
    private const int TornBytes = 8;

    public static void On(string path, DamageKind kind)
    {
        if (kind == DamageKind.Missing)
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
            return;
        }

        // A file of its own, so that what shares it by a link stays whole.
        var bytes = File.ReadAllBytes(path);
        var used = LogEnd.In(path) ?? bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        File.Delete(path);
        File.WriteAllBytes(path, Damaged(bytes, used, kind, path));
    }

    private static byte[] Damaged(byte[] bytes, int used, DamageKind kind, string path)
    {
        switch (kind)
        {
            case DamageKind.Emptied:
                return [];
            case DamageKind.Truncated:
                return bytes[..(bytes.Length / 2)];
            case DamageKind.Zeroed:
                return new byte[bytes.Length];
            case DamageKind.TornTail:
                return bytes[..Math.Max(used - TornBytes, 0)];
            case DamageKind.ZeroedPage:
                var page = (used - 1) / PageBytes * PageBytes;
                bytes.AsSpan(page, Math.Min(PageBytes, bytes.Length - page)).Clear();
                return bytes;
            case DamageKind.LowerCommitIndex or DamageKind.HigherCommitIndex or DamageKind.LowerLastIndex or DamageKind.HigherLastIndex:
                var number = bytes.AsSpan(kind is DamageKind.LowerCommitIndex or DamageKind.HigherCommitIndex ? 4 : 12);
                var isHigher = kind is DamageKind.HigherCommitIndex or DamageKind.HigherLastIndex;
                var index = BinaryPrimitives.ReadInt64LittleEndian(number);
                BinaryPrimitives.WriteInt64LittleEndian(number, isHigher ? index | (index + 1) : index & (index - 1));
                return bytes;
            default:
                // A table file ends with an index of what it begins with.
                var place = path.EndsWith(".sst", StringComparison.Ordinal) ? 20 : used - (used > 20 ? 10 : 1);
                bytes[place] ^= 0x04;
                return bytes;
        }
    }
}
