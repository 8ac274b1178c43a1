using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// The 12 bytes before every body, big endian: version 0 (1), type (1), flags (2), stream id (4), length (4). Only a data frame has a body;
/// the length of the others is their value.
/// </summary>
internal readonly record struct FrameHeader(FrameType Type, FrameFlags Flags, uint StreamId, uint Length)
{
    public const int Size = 12;
    public const byte Version = 0;

    /// <exception cref="YamuxProtocolException">The version or the type is none that this side knows.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        if (source[0] != Version)
            throw new YamuxProtocolException($"A frame of yamux version {source[0]} arrived; only version {Version} exists.");
        if (source[1] > (byte)FrameType.GoAway)
            throw new YamuxProtocolException($"A frame of the unknown type {source[1]} arrived.");

        return new(
            (FrameType)source[1],
            (FrameFlags)BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[8..]));
    }

    public static void Write(PipeWriter output, in FrameHeader header)
    {
        header.Write(output.GetSpan(Size));
        output.Advance(Size);
    }

    public void Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], StreamId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Length);
    }
}
