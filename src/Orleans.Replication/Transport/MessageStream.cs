using Google.Protobuf;

namespace Orleans.Replication.Transport;

/// <summary>The messages of one stream, each preceded by its length as a varint.</summary>
internal class MessageStream(Stream stream)
{
    /// <returns>The next message; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">What came is no such message, or is too large.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, int maxBytes, CancellationToken cancellationToken) where T : class, IMessage<T> =>
        await ReadLengthAsync(maxBytes, cancellationToken).ConfigureAwait(false) is { } length
            ? await ReadBodyAsync(parser, length, cancellationToken).ConfigureAwait(false)
            : null;

    /// <returns>How long the next message is; null at the end of the stream. Its body is read next.</returns>
    /// <exception cref="InvalidDataException">It is too large, or what came is no length.</exception>
    public async ValueTask<int?> ReadLengthAsync(int maxBytes, CancellationToken cancellationToken)
    {
        if (await ReadVarintAsync(cancellationToken).ConfigureAwait(false) is not { } length)
            return null;
        return length <= maxBytes ? (int)length : throw new InvalidDataException($"A message of {length} bytes was announced; the limit is {maxBytes}.");
    }

    /// <returns>The message behind its length.</returns>
    /// <exception cref="InvalidDataException">What came is no such message.</exception>
    public async ValueTask<T> ReadBodyAsync<T>(MessageParser<T> parser, int length, CancellationToken cancellationToken) where T : class, IMessage<T>
    {
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
        await stream.WriteAsync(Frame(message), cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the bytes of messages that are sent as one.</summary>
    public static byte[] Frame(params ReadOnlySpan<IMessage> messages)
    {
        var length = 0;
        foreach (var message in messages)
        {
            var size = message.CalculateSize();
            length += CodedOutputStream.ComputeLengthSize(size) + size;
        }

        var frame = new byte[length];
        using var output = new CodedOutputStream(frame);
        foreach (var message in messages)
        {
            output.WriteLength(message.CalculateSize());
            message.WriteTo(output);
        }

        return frame;
    }

    private async ValueTask<uint?> ReadVarintAsync(CancellationToken cancellationToken)
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
