using System.Buffers.Binary;
using System.Text;
using Orleans.Runtime;

namespace Orleans.Replication.States;

/// <summary>
/// Who proposed a command: <c>length of the rest, 16 bits big-endian | length of the peer id, 16 bits | peer id | the grain as a <see cref="StateKey"/> prefix</c>. Either may be
/// empty; nothing at all is an origin that is not known.
/// </summary>
/// <remarks>
/// It decides nothing, and is read only where somebody looks at the history: what cannot be read, since newer software wrote it, is an unknown origin and no fault.
/// </remarks>
internal static class OriginFormat
{
    private const int LengthBytes = sizeof(ushort);

    /// <summary>Writes an origin down.</summary>
    /// <exception cref="ArgumentException">The peer id and the grain's id have more than 65,535 bytes together.</exception>
    public static byte[] Encode(in ChangeOrigin origin)
    {
        var peer = Encoding.UTF8.GetBytes(origin.PeerId ?? string.Empty);
        var grain = origin.Grain is { IsDefault: false } known ? StateKey.EncodePrefix(known) : [];
        var rest = LengthBytes + peer.Length + grain.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rest, ushort.MaxValue, nameof(origin));
        var encoded = new byte[LengthBytes + rest];
        BinaryPrimitives.WriteUInt16BigEndian(encoded, (ushort)rest);
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(LengthBytes), (ushort)peer.Length);
        peer.CopyTo(encoded, 2 * LengthBytes);
        grain.CopyTo(encoded, (2 * LengthBytes) + peer.Length);
        return encoded;
    }

    /// <summary>How many bytes the origin takes with which a command begins.</summary>
    /// <exception cref="UnreadableStateException">It is cut off.</exception>
    public static int LengthAt(ReadOnlySpan<byte> rest) =>
        BinaryPrimitives.TryReadUInt16BigEndian(rest, out var length) && LengthBytes + length <= rest.Length
            ? LengthBytes + length
            : throw new UnreadableStateException("A command ends before the origin that it announces.");

    /// <summary>Reads an origin back; what is not known stays empty.</summary>
    public static ChangeOrigin Decode(ReadOnlySpan<byte> origin)
    {
        if (origin.Length < 2 * LengthBytes)
            return default;
        var peer = BinaryPrimitives.ReadUInt16BigEndian(origin[LengthBytes..]);
        var rest = origin[(2 * LengthBytes)..];
        if (peer > rest.Length)
            return default;
        return new(
            peer > 0 ? Encoding.UTF8.GetString(rest[..peer]) : null,
            StateKey.TryDecode(rest[peer..], out var grain, out _) ? grain : null);
    }
}
