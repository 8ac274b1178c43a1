using System.Buffers.Binary;
using System.IO.Pipelines;
using Orleans.Replication.Libp2p;

namespace Echo.Protocols;

/// <summary>The listener reads to the end, then answers with the number of bytes: 8 bytes, big endian.</summary>
internal static class SinkProtocol
{
    internal static readonly ProtocolId Id = new("/sink/1.0.0");

    internal static async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        var count = await stream.Input.DiscardToEndAsync(cancellationToken);
        BinaryPrimitives.WriteUInt64BigEndian(stream.Output.GetSpan(sizeof(ulong)), count);
        stream.Output.Advance(sizeof(ulong));
        await stream.Output.FlushAsync(cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    /// <summary>Reads whatever comes until the end and returns how much it was.</summary>
    internal static async Task<ulong> DiscardToEndAsync(this PipeReader input, CancellationToken cancellationToken)
    {
        for (var count = 0ul; ;)
        {
            var result = await input.ReadAsync(cancellationToken);
            count += (ulong)result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return count;
        }
    }
}
