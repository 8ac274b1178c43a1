using System.Runtime.CompilerServices;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>A lane over a socket's or TLS's <see cref="Stream"/>.</summary>
internal sealed class StreamLane(Stream stream) : ILane
{
    private readonly byte[] _discarded = new byte[64 * 1024];

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => stream.WriteAsync(bytes, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        for (var filled = 0; filled < destination.Length;)
        {
            var count = await stream.ReadAsync(destination[filled..], cancellationToken);
            if (count == 0)
                return filled == 0 ? false : throw new EndOfStreamException("The lane ended within a message.");
            filled += count;
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DiscardAsync(long bytes, CancellationToken cancellationToken)
    {
        while (bytes > 0)
        {
            var count = await stream.ReadAsync(_discarded.AsMemory(0, (int)Math.Min(bytes, _discarded.Length)), cancellationToken);
            if (count == 0)
                throw new EndOfStreamException($"The lane ended {bytes} bytes too early.");
            bytes -= count;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
