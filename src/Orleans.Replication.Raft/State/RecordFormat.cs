using System.Buffers;
using System.Buffers.Binary;

namespace Orleans.Replication.Raft.State;

/// <summary>A record on disk: its version as i64, then its value.</summary>
internal static class RecordFormat
{
    private const int HeadBytes = sizeof(long);

    /// <summary>The record of a value that shares memory with another one, as far as that pays.</summary>
    public static StoredValue Encode(long version, ReadOnlySpan<byte> value, in ReadOnlySequence<byte> similar)
    {
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteInt64LittleEndian(head, version);
        return SharedPieces.TryShare(head, value, similar) is { } shared ? new StoredValue(shared) : Encode(version, value);
    }

    public static StoredValue Encode(long version, ReadOnlySpan<byte> value)
    {
        var encoded = GC.AllocateUninitializedArray<byte>(HeadBytes + value.Length);
        BinaryPrimitives.WriteInt64LittleEndian(encoded, version);
        value.CopyTo(encoded.AsSpan(HeadBytes));
        return new(new ReadOnlySequence<byte>(encoded));
    }

    /// <summary>The version in a record.</summary>
    public static long VersionOf(StoredValue record) => BinaryPrimitives.ReadInt64LittleEndian(record.Bytes.FirstSpan);

    /// <summary>The value in a record.</summary>
    public static ReadOnlySequence<byte> ValueOf(StoredValue record) => record.Bytes.Slice(HeadBytes);

    public static StateRecord Decode(ReadOnlyMemory<byte> encoded) =>
        new(encoded[HeadBytes..], BinaryPrimitives.ReadInt64LittleEndian(encoded.Span));
}
