using System.IO.Pipelines;
using Google.Protobuf;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>A protocol of one message in each direction, which ends with the direction.</summary>
internal static class SingleMessage
{
    /// <summary>Sends the one message of this direction and ends it.</summary>
    public static async ValueTask WriteAsync(Libp2pStream stream, IMessage message, CancellationToken cancellationToken)
    {
        await stream.Output.WriteAsync(message.ToByteArray(), cancellationToken).ConfigureAwait(false);
        await stream.CloseWriteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the one message of the other direction, to its end.</summary>
    /// <exception cref="InvalidDataException">What came is larger than <paramref name="maxBytes"/>, or no such message.</exception>
    public static async ValueTask<T> ReadAsync<T>(PipeReader input, MessageParser<T> parser, int maxBytes, CancellationToken cancellationToken) where T : IMessage<T>
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.Buffer.Length > maxBytes)
                throw new InvalidDataException($"A message of more than {maxBytes} bytes came.");
            if (!result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            try
            {
                return parser.ParseFrom(result.Buffer);
            }
            catch (InvalidProtocolBufferException error)
            {
                throw new InvalidDataException($"What came is no {typeof(T).Name}.", error);
            }
            finally
            {
                input.AdvanceTo(result.Buffer.End);
            }
        }
    }
}
