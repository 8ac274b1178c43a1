using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>Connects to silos by their peer ids; the host knows where they are.</summary>
internal sealed class SiloConnectionFactory(IConnectionFactory peers) : IConnectionFactory
{
    public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        peers.ConnectAsync(new PeerEndPoint(((SiloEndPoint)endpoint).Peer), cancellationToken);
}
