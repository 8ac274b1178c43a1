using System.Buffers;

namespace Orleans.Replication.Raft.State;

/// <summary>A value on its way to the database. It never changes, and is in one piece or in several, which other values may have too (<see cref="SharedPieces"/>).</summary>
internal sealed class StoredValue(ReadOnlySequence<byte> bytes)
{
    private byte[]? _whole;

    /// <summary>The value.</summary>
    public ReadOnlySequence<byte> Bytes => bytes;

    /// <summary>Its length.</summary>
    public long Length => bytes.Length;

    /// <summary>A value in one piece.</summary>
    public static implicit operator StoredValue?(byte[]? whole) => whole is null ? null : new(new ReadOnlySequence<byte>(whole));

    /// <summary>The value in one piece; put together once for all who ask.</summary>
    public ReadOnlyMemory<byte> Whole() => bytes.IsSingleSegment ? bytes.First : _whole ??= bytes.ToArray();
}
