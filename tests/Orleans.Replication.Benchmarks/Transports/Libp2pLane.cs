using System.Buffers;
using System.Runtime.CompilerServices;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>A lane over a libp2p stream.</summary>
internal sealed class Libp2pLane(Libp2pStream stream) : ILane
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await stream.Output.WriteAsync(bytes, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await stream.Input.ReadAsync(cancellationToken);
            if (result.Buffer.Length >= destination.Length)
            {
                var message = result.Buffer.Slice(0, destination.Length);
                message.CopyTo(destination.Span);
                stream.Input.AdvanceTo(message.End);
                return true;
            }

            stream.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
                return result.Buffer.IsEmpty ? false : throw new EndOfStreamException("The lane ended within a message.");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DiscardAsync(long bytes, CancellationToken cancellationToken)
    {
        while (bytes > 0)
        {
            var result = await stream.Input.ReadAsync(cancellationToken);
            var taken = result.Buffer.Slice(0, Math.Min(bytes, result.Buffer.Length));
            bytes -= taken.Length;
            stream.Input.AdvanceTo(taken.End);
            if (result.IsCompleted && bytes > 0)
                throw new EndOfStreamException($"The lane ended {bytes} bytes too early.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        stream.Reset();
        await stream.DisposeAsync();
    }
}
