using Google.Protobuf;

namespace Orleans.Replication.Administration.Wire;

/// <summary>The messages of one stream of the admin protocol, each preceded by its length.</summary>
internal sealed class AdminMessages(Stream stream)
{
    /// <summary>The protocol's id.</summary>
    public const string ProtocolId = "/orleans-replication/admin/1.0.0";

    /// <summary>The version that an <see cref="AdminHello"/> names.</summary>
    public const uint Version = 1;

    /// <summary>How large a message of a caller who has not been admitted yet may be.</summary>
    public const int MaxHelloBytes = 4 << 10;

    /// <summary>How large any other may be.</summary>
    public const int MaxMessageBytes = 1 << 20;

    /// <summary>How much of a backup goes into one message.</summary>
    public const int ChunkBytes = 256 << 10;

    /// <returns>The next message; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">What came is no such message, or is too large.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, int maxBytes, CancellationToken cancellationToken) where T : class, IMessage<T>
    {
        if (await ReadLengthAsync(cancellationToken).ConfigureAwait(false) is not { } length)
            return null;
        if (length > maxBytes)
            throw new InvalidDataException($"A message of {length} bytes was announced; the limit is {maxBytes}.");
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"A message of {length} bytes is no {typeof(T).Name}.", e);
        }
    }

    /// <summary>Writes a message, and sends it.</summary>
    public async ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        var size = message.CalculateSize();
        var frame = new byte[CodedOutputStream.ComputeLengthSize(size) + size];
        using (var output = new CodedOutputStream(frame))
        {
            output.WriteLength(size);
            message.WriteTo(output);
        }

        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<uint?> ReadLengthAsync(CancellationToken cancellationToken)
    {
        const int MaxVarintBytes = 5;
        var next = new byte[1];
        var length = 0U;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            if (await stream.ReadAsync(next, cancellationToken).ConfigureAwait(false) == 0)
                return i == 0 ? null : throw new InvalidDataException("The stream ended within a message's length.");
            length |= (uint)(next[0] & 0x7f) << (7 * i);
            if (next[0] < 0x80)
                return length;
        }

        throw new InvalidDataException("A message's length is no varint of 32 bits.");
    }
}
