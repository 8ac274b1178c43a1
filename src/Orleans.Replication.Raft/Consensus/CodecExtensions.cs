using System.Buffers;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>Encodes into memory of its own.</summary>
internal static class CodecExtensions
{
    public static ReadOnlyMemory<byte> Encode<T>(this IConsensusCodec<T> codec, T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        codec.Encode(value, bytes);
        return bytes.WrittenMemory;
    }

    /// <summary>
    /// Encodes what goes into the log, and decodes it for a try: bytes that no member can read would take all of them out of service.
    /// </summary>
    /// <exception cref="ArgumentException">The codec cannot write the value, or not read what it has written.</exception>
    public static ReadOnlyMemory<byte> EncodeChecked<T>(this IConsensusCodec<T> codec, T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        try
        {
            var bytes = codec.Encode(value);
            _ = codec.Decode(bytes);
            return bytes;
        }
        catch (Exception error) when (!LocalFailure.Is(error))
        {
            throw new ArgumentException($"{codec.GetType()} cannot write {value.GetType()} and read it again; nothing was proposed. {error.Message}", nameof(value), error);
        }
    }
}
