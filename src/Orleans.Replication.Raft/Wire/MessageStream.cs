using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Orleans.Replication.Raft.Wire;

/// <summary>
/// Protobuf messages over a byte stream, each preceded by its length as a varint. One reader and one writer at a time.
/// </summary>
internal sealed class MessageStream(IDuplexPipe pipe, int maxMessageBytes)
{
    private const int MaxVarintBytes = 5;

    /// <summary>Puts a message into the outgoing buffer. It leaves with <see cref="FlushAsync"/>.</summary>
    public void Write(IMessage message)
    {
        var size = message.CalculateSize();
        if (size > maxMessageBytes)
            throw new ProtocolViolationException($"A message of {size} bytes was to be sent; the limit is {maxMessageBytes}.");
        WriteLength((uint)size);
        message.WriteTo(pipe.Output);
    }

    /// <summary>Sends what was written.</summary>
    /// <exception cref="IOException">The other side is gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var result = await pipe.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new EndOfStreamException("The other side reads no more.");
        if (result.IsCanceled)
            throw new OperationCanceledException("Sending was cancelled.");
    }

    /// <summary>Waits for a message.</summary>
    /// <returns>The message; null at the end of the stream.</returns>
    /// <exception cref="ProtocolViolationException">The bytes are no message, too many, or end within one.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken) where T : class, IMessage<T>
    {
        while (true)
        {
            var result = await pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (result.IsCanceled)
                throw new OperationCanceledException("Reading was cancelled.");
            if (TryReadFrame(ref buffer, out var frame))
            {
                try
                {
                    return parser.ParseFrom(frame);
                }
                catch (InvalidProtocolBufferException e)
                {
                    throw new ProtocolViolationException($"A frame of {frame.Length} bytes is no {typeof(T).Name}: {e.Message}", e);
                }
                finally
                {
                    pipe.Input.AdvanceTo(buffer.Start);
                }
            }

            var pending = buffer.Length;
            pipe.Input.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted)
                continue;
            return pending == 0 ? null : throw new ProtocolViolationException($"The stream ended within a message, after {pending} bytes of it.");
        }
    }

    private bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        var length = 0UL;
        for (var i = 0; ; i++)
        {
            if (i == MaxVarintBytes)
                throw new ProtocolViolationException("A message's length is no varint of 32 bits.");
            if (!reader.TryRead(out var b))
                return false;
            length |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
                break;
        }

        if (length > (ulong)maxMessageBytes)
            throw new ProtocolViolationException($"A message of {length} bytes was announced; the limit is {maxMessageBytes}.");
        if (reader.Remaining < (long)length)
            return false;
        frame = buffer.Slice(reader.Position, (long)length);
        buffer = buffer.Slice(frame.End);
        return true;
    }

    private void WriteLength(uint length)
    {
        var span = pipe.Output.GetSpan(MaxVarintBytes);
        var count = 0;
        for (; length >= 0x80; length >>= 7)
            span[count++] = (byte)(length | 0x80);
        span[count++] = (byte)length;
        pipe.Output.Advance(count);
    }
}
