namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>
/// One way to the server and back: a stream where a connection carries many, else a connection. Each is used by the means it is meant to be used by, and
/// allocates nothing of its own per call.
/// </summary>
internal interface ILane : IAsyncDisposable
{
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="destination"/>. False: the other side ended the lane before the first byte.</summary>
    ValueTask<bool> ReceiveAsync(Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Takes so many bytes without looking at them.</summary>
    ValueTask DiscardAsync(long bytes, CancellationToken cancellationToken);
}
