using System.Buffers.Binary;
using System.Text;
using Orleans.Runtime;

namespace Orleans.Replication.States;

/// <summary>
/// The key of a grain's named state in a table: <c>version | type length | type | key length | key | state name</c>, lengths as 16-bit big-endian
/// numbers, texts as UTF-8 or as the bytes that Orleans has. Lengths before the variable parts make it unambiguous whatever characters an id or a
/// name has; all states of a grain share <see cref="EncodePrefix"/>.
/// </summary>
internal static class StateKey
{
    private const byte FormatVersion = 1;
    private const int LengthBytes = sizeof(ushort);

    /// <summary>The key of one state.</summary>
    /// <exception cref="ArgumentException">The grain's type or key, or the state name, has more than 65,535 bytes.</exception>
    public static byte[] Encode(GrainId grain, string stateName)
    {
        var prefix = PrefixBytes(grain);
        var name = Encoding.UTF8.GetByteCount(stateName);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name, ushort.MaxValue, nameof(stateName));
        var key = new byte[prefix + name];
        WritePrefix(grain, key);
        Encoding.UTF8.GetBytes(stateName, key.AsSpan(prefix));
        return key;
    }

    /// <summary>What the keys of all states of a grain begin with.</summary>
    public static byte[] EncodePrefix(GrainId grain)
    {
        var prefix = new byte[PrefixBytes(grain)];
        WritePrefix(grain, prefix);
        return prefix;
    }

    /// <summary>Reads a key back.</summary>
    /// <returns>False when the bytes are no key of this format.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> key, out GrainId grain, out string stateName)
    {
        stateName = string.Empty;
        if (!TryDecodeGrain(ref key, out grain))
            return false;
        stateName = Encoding.UTF8.GetString(key);
        return true;
    }

    /// <summary>True for the key of a state, of this format or another; false for what else the table of the states has.</summary>
    public static bool IsState(ReadOnlySpan<byte> key) => key is not [0, ..];

    /// <summary>The grain in a key that was made by <see cref="Encode"/>.</summary>
    /// <exception cref="UnreadableStateException">The bytes are no key of this format.</exception>
    public static GrainId GrainOf(ReadOnlySpan<byte> key) => TryDecodeGrain(ref key, out var grain)
        ? grain
        : throw new UnreadableStateException("A command is about a key of a format that this silo does not know. Update this silo.");

    private static bool TryDecodeGrain(ref ReadOnlySpan<byte> rest, out GrainId grain)
    {
        grain = default;
        if (rest.IsEmpty || rest[0] != FormatVersion)
            return false;
        rest = rest[1..];
        if (!TryTake(ref rest, out var type) || !TryTake(ref rest, out var id) || type.IsEmpty)
            return false;
        grain = new GrainId(new GrainType(type.ToArray()), new IdSpan(id.ToArray()));
        return true;
    }

    private static int PrefixBytes(GrainId grain)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(grain.Type.AsSpan().Length, ushort.MaxValue, nameof(grain));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(grain.Key.AsSpan().Length, ushort.MaxValue, nameof(grain));
        return 1 + LengthBytes + grain.Type.AsSpan().Length + LengthBytes + grain.Key.AsSpan().Length;
    }

    private static void WritePrefix(GrainId grain, Span<byte> destination)
    {
        destination[0] = FormatVersion;
        destination = destination[1..];
        Put(ref destination, grain.Type.AsSpan());
        Put(ref destination, grain.Key.AsSpan());
    }

    private static void Put(ref Span<byte> destination, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)part.Length);
        part.CopyTo(destination[LengthBytes..]);
        destination = destination[(LengthBytes + part.Length)..];
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (rest.Length < LengthBytes)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < LengthBytes + length)
            return false;
        part = rest.Slice(LengthBytes, length);
        rest = rest[(LengthBytes + length)..];
        return true;
    }
}
