namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>A stream handler with its permissions and the count of what it serves.</summary>
internal sealed class RegisteredHandler(StreamHandler handler, StreamHandlerOptions options, int maxStreams)
{
    private int _streams;

    internal StreamHandler Handler { get; } = handler;

    internal int? MaxStreamsPerConnection { get; } = options.MaxStreamsPerConnection;

    internal bool IsAllowed(PeerId peer) => options.AllowPeer?.Invoke(peer) ?? true;

    /// <summary>Counts a stream in, unless the limit is reached. What was counted in must be counted out with <see cref="Leave"/>.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _streams) <= maxStreams)
            return true;

        Leave();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _streams);
}
