using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Connections;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// Opens streams of one protocol to peers, as connections. On a live connection with the peer that takes no round trip, so a connection may be thrown
/// away and opened again freely.
/// </summary>
/// <param name="host">The host that holds the connections below.</param>
/// <param name="protocol">The protocol of the streams.</param>
public sealed class Libp2pConnectionFactory(Libp2pHost host, ProtocolId protocol) : IConnectionFactory
{
    /// <summary>Opens a stream to the peer of a <see cref="PeerEndPoint"/>.</summary>
    /// <param name="endpoint">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The stream. Whether the peer serves the protocol shows on the first read: <see cref="UnsupportedProtocolException"/> if it does not.
    /// </returns>
    /// <exception cref="PeerNotConnectedException">
    /// The peer is kept with <see cref="Libp2pHost.KeepConnected"/> and is not connected now. Thrown at once; nothing was sent.
    /// </exception>
    /// <exception cref="Libp2pException">A peer that is not kept could not be dialled; nothing was sent.</exception>
    /// <exception cref="ArgumentException"><paramref name="endpoint"/> is no <see cref="PeerEndPoint"/>.</exception>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is not PeerEndPoint { Peer: var peer })
            throw new ArgumentException($"Expected a {nameof(PeerEndPoint)}, got '{endpoint}'.", nameof(endpoint));
        var stream = await host.NewStreamWithoutWaitingAsync(peer, protocol, cancellationToken).ConfigureAwait(false);
        return new Libp2pConnectionContext(stream, host.PeerId);
    }
}
