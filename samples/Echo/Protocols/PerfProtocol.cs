using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Orleans.Replication.Libp2p;

namespace Echo.Protocols;

/// <summary>
/// libp2p perf (libp2p specs, perf/perf.md): the dialler sends 8 bytes, big endian, the number it wants to have, then uploads until it ends its direction; the
/// listener answers with so many zero bytes and ends its own.
/// </summary>
internal static class PerfProtocol
{
    internal static readonly ProtocolId Id = new("/perf/1.0.0");

    private const int ChunkBytes = 64 * 1024;

    internal static async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        var wanted = await ReadNumberAsync(stream.Input, cancellationToken);
        await stream.Input.DiscardToEndAsync(cancellationToken);
        while (wanted > 0)
        {
            var count = (int)Math.Min(wanted, ChunkBytes);
            stream.Output.GetSpan(count)[..count].Clear();
            stream.Output.Advance(count);
            await stream.Output.FlushAsync(cancellationToken);
            wanted -= (ulong)count;
        }

        await stream.CloseWriteAsync(cancellationToken);
    }

    private static async Task<ulong> ReadNumberAsync(PipeReader input, CancellationToken cancellationToken)
    {
        var result = await input.ReadAtLeastAsync(sizeof(ulong), cancellationToken);
        if (result.Buffer.Length < sizeof(ulong))
            throw new EndOfStreamException("The dialler did not say how much it wants.");
        var head = result.Buffer.Slice(0, sizeof(ulong));
        var number = BinaryPrimitives.ReadUInt64BigEndian(head.ToArray());
        input.AdvanceTo(head.End);
        return number;
    }
}
