namespace Orleans.Replication.Libp2p;

/// <summary>Who may use a protocol, and how much of it.</summary>
public sealed class StreamHandlerOptions
{
    /// <summary>
    /// Which peers the protocol is served to; the others get the answer they would get if it did not exist. Default: every peer that may connect.
    /// Asked when a stream is opened; after a change call <see cref="Libp2pHost.EnforcePermissions"/> to end streams no longer allowed.
    /// </summary>
    public Func<PeerId, bool>? AllowPeer { get; init; }

    /// <summary>The most inbound streams over all connections. Default: <see cref="Libp2pLimits.MaxInboundStreamsPerProtocol"/>.</summary>
    public int? MaxStreams { get; init; }

    /// <summary>The most inbound streams on one connection. Default: no limit of its own.</summary>
    public int? MaxStreamsPerConnection { get; init; }
}
