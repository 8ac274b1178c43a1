using System.Buffers;

namespace Orleans.Replication.Buffers;

internal static class SequenceExtensions
{
    /// <summary>The bytes in one piece: a copy where they are in several.</summary>
    public static ReadOnlyMemory<byte> Whole(this in ReadOnlySequence<byte> bytes) => bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
}
