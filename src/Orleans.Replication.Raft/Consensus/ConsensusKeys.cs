using System.Buffers.Binary;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>The records of a consensus: <c>h</c> is the <see cref="ConsensusHead"/>, <c>r</c> with a big-endian number a <see cref="RevisionRecord"/>.</summary>
internal static class ConsensusKeys
{
    public const int RevisionBytes = 1 + sizeof(long);

    private static readonly byte[] HeadKey = "h"u8.ToArray();

    public static ReadOnlySpan<byte> Head => HeadKey;

    /// <summary>The key that every command is about, so that who watches the head hears of each.</summary>
    public static ReadOnlyMemory<byte> HeadMemory => HeadKey;

    /// <summary>Writes the key of a revision.</summary>
    public static ReadOnlySpan<byte> Revision(long revision, Span<byte> destination)
    {
        destination[0] = (byte)'r';
        BinaryPrimitives.WriteInt64BigEndian(destination[1..], revision);
        return destination[..RevisionBytes];
    }
}
