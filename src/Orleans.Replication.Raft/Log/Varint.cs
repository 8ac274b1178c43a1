namespace Orleans.Replication.Raft.Log;

/// <summary>Unsigned LEB128, as in protobuf.</summary>
internal static class Varint
{
    /// <returns>How many bytes were written, at most 10.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            destination[count++] = (byte)(value | 0x80);
        destination[count++] = (byte)value;
        return count;
    }
}
