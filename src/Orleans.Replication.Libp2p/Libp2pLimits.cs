namespace Orleans.Replication.Libp2p;

/// <summary>
/// How much a host grants to other peers. What goes beyond is refused before memory is taken, counted, and logged at most once in a while.
/// Peers kept with <see cref="Libp2pHost.KeepConnected"/> do not count against <see cref="MaxConnections"/>, so that strangers cannot crowd them out.
/// </summary>
public sealed class Libp2pLimits
{
    /// <summary>The most secured connections, in both directions together. Default: 256.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary>
    /// The most secured connections with one peer. Default: 4; at least 2, for two peers that dial each other at once get two connections.
    /// </summary>
    public int MaxConnectionsPerPeer { get; set; } = 4;

    /// <summary>The most inbound connections that have not proven their identity yet. Default: 64.</summary>
    public int MaxPendingHandshakes { get; set; } = 64;

    /// <summary>The most streams a peer may have open on one connection; further ones are reset. Default: 128.</summary>
    public int MaxInboundStreamsPerConnection { get; set; } = 128;

    /// <summary>The most inbound streams of one protocol over all connections, where its handler says nothing else. Default: 1,024.</summary>
    public int MaxInboundStreamsPerProtocol { get; set; } = 1_024;

    /// <summary>
    /// The most bytes a peer can make this host hold on one connection by sending what nobody reads. Default: 64 MiB. Every inbound stream claims
    /// one window of <see cref="YamuxOptions.WindowBytes"/>; what is left lets the windows of busy streams grow.
    /// </summary>
    public long MaxBufferedBytesPerConnection { get; set; } = 64 * 1024 * 1024;

    internal void Validate(YamuxOptions yamux)
    {
        Require(MaxConnections >= 1, nameof(MaxConnections), MaxConnections, "1 or more");
        Require(MaxConnectionsPerPeer >= 2, nameof(MaxConnectionsPerPeer), MaxConnectionsPerPeer, "2 or more: two peers may dial each other at once");
        Require(MaxPendingHandshakes >= 1, nameof(MaxPendingHandshakes), MaxPendingHandshakes, "1 or more");
        Require(MaxInboundStreamsPerConnection >= 1, nameof(MaxInboundStreamsPerConnection), MaxInboundStreamsPerConnection, "1 or more");
        Require(MaxInboundStreamsPerProtocol >= 1, nameof(MaxInboundStreamsPerProtocol), MaxInboundStreamsPerProtocol, "1 or more");
        var windows = (long)MaxInboundStreamsPerConnection * yamux.WindowBytes;
        Require(
            MaxBufferedBytesPerConnection >= windows,
            nameof(MaxBufferedBytesPerConnection),
            MaxBufferedBytesPerConnection,
            $"at least {windows}: {nameof(MaxInboundStreamsPerConnection)} x {nameof(YamuxOptions)}.{nameof(YamuxOptions.WindowBytes)}");
    }

    private static void Require(bool holds, string name, long value, string allowed)
    {
        if (!holds)
            throw new ArgumentException($"{nameof(Libp2pLimits)}.{name} is {value}, but must be {allowed}.");
    }
}
