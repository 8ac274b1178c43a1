using System.Buffers;
using System.Buffers.Binary;

namespace Orleans.Replication.States.Transactions;

/// <summary>Writes numbers as little-endian, and bytes behind their length in 32 bits.</summary>
internal static class BodyWriter
{
    public static void WriteByte(IBufferWriter<byte> destination, byte value)
    {
        destination.GetSpan(1)[0] = value;
        destination.Advance(1);
    }

    public static void WriteInt64(IBufferWriter<byte> destination, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination.GetSpan(sizeof(long)), value);
        destination.Advance(sizeof(long));
    }

    public static void WriteCount(IBufferWriter<byte> destination, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(sizeof(int)), value);
        destination.Advance(sizeof(int));
    }

    public static void WriteBytes(IBufferWriter<byte> destination, ReadOnlySpan<byte> bytes)
    {
        WriteCount(destination, bytes.Length);
        destination.Write(bytes);
    }
}
