using System.Buffers.Binary;

namespace Orleans.Replication.Raft.State;

/// <summary>A record on disk: its version as i64, then its value.</summary>
internal static class RecordFormat
{
    public static byte[] Encode(long version, ReadOnlySpan<byte> value)
    {
        var encoded = GC.AllocateUninitializedArray<byte>(sizeof(long) + value.Length);
        BinaryPrimitives.WriteInt64LittleEndian(encoded, version);
        value.CopyTo(encoded.AsSpan(sizeof(long)));
        return encoded;
    }

    public static StateRecord Decode(ReadOnlyMemory<byte> encoded) =>
        new(encoded[sizeof(long)..], BinaryPrimitives.ReadInt64LittleEndian(encoded.Span));
}
