using System.Buffers;
using System.Numerics;

namespace Orleans.Replication.Libp2p.Addresses;

/// <summary>The unsigned varint of multiformats: LEB128 in its minimal form, at most nine bytes.</summary>
internal static class Varint
{
    internal const int MaxBytes = 9;

    internal static int Length(ulong value) => value == 0 ? 1 : ((63 - BitOperations.LeadingZeroCount(value)) / 7) + 1;

    /// <summary>Writes a value of at most 63 bits and returns how many bytes it took.</summary>
    internal static int Write(Span<byte> destination, ulong value)
    {
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            destination[count++] = (byte)(value | 0x80);
        destination[count++] = (byte)value;
        return count;
    }

    /// <summary>
    /// Reads a value. <see cref="OperationStatus.NeedMoreData"/>: the bytes end too early;
    /// <see cref="OperationStatus.InvalidData"/>: too long, or not minimal.
    /// </summary>
    internal static OperationStatus TryRead(ReadOnlySpan<byte> source, out ulong value, out int count)
    {
        value = 0;
        for (count = 0; count < MaxBytes; count++)
        {
            if (count == source.Length)
                return OperationStatus.NeedMoreData;

            var current = source[count];
            value |= (ulong)(current & 0x7f) << (7 * count);
            if (current >= 0x80)
                continue;

            var minimal = current != 0 || count == 0;
            count++;
            return minimal ? OperationStatus.Done : OperationStatus.InvalidData;
        }

        return OperationStatus.InvalidData;
    }
}
