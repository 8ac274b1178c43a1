namespace Orleans.Replication.Libp2p;

/// <summary>This side has <see cref="YamuxOptions.MaxOutboundStreams"/> streams open on the connection already; nothing was opened.</summary>
public sealed class StreamLimitExceededException : Libp2pException
{
    /// <summary>Creates the error.</summary>
    /// <param name="limit">The limit that was reached.</param>
    public StreamLimitExceededException(int limit)
        : base($"{limit} streams are open on this connection already. Dispose of those not needed, or raise {nameof(YamuxOptions)}.{nameof(YamuxOptions.MaxOutboundStreams)}.") =>
        Limit = limit;

    /// <summary>The limit that was reached.</summary>
    public int Limit { get; }
}
