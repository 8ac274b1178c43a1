using System.Buffers;
using System.Buffers.Binary;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>The framing of Noise over a byte stream: a big-endian length of two bytes, then the message. Handshake and transport alike.</summary>
internal static class NoiseFrame
{
    internal const int HeaderBytes = 2;
    internal const int MaxMessageBytes = ushort.MaxValue;
    internal const int MaxPlaintextBytes = MaxMessageBytes - NoiseCipherState.TagBytes;

    /// <summary>Cuts one message off the front of <paramref name="buffer"/>; false when it is not complete yet.</summary>
    internal static bool TryRead(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (buffer.Length < HeaderBytes)
            return false;

        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt16BigEndian(header);
        if (buffer.Length < HeaderBytes + length)
            return false;

        message = buffer.Slice(HeaderBytes, length);
        buffer = buffer.Slice(HeaderBytes + length);
        return true;
    }

    /// <summary>How many bytes the frames of so much plaintext take.</summary>
    internal static int EncodedLength(int plaintextBytes)
    {
        var frames = (plaintextBytes + MaxPlaintextBytes - 1) / MaxPlaintextBytes;
        return plaintextBytes + (frames * (HeaderBytes + NoiseCipherState.TagBytes));
    }
}
