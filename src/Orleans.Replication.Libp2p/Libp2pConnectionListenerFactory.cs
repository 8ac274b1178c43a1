using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Connections;

namespace Orleans.Replication.Libp2p;

/// <summary>Accepts inbound streams of a protocol as connections.</summary>
/// <param name="host">The host that receives the streams.</param>
/// <param name="options">Who may use the protocol and how much of it; by default everybody within the host's limits.</param>
/// <param name="acceptQueueLength">The most streams that may wait to be accepted; further ones are reset. Default: 64.</param>
public sealed class Libp2pConnectionListenerFactory(Libp2pHost host, StreamHandlerOptions? options = null, int acceptQueueLength = 64)
    : IConnectionListenerFactory
{
    /// <summary>Begins to serve the protocol of a <see cref="ProtocolEndPoint"/>. The listener ends when it is unbound or the host stops.</summary>
    /// <param name="endpoint">The protocol.</param>
    /// <param name="cancellationToken">Not used: nothing here waits.</param>
    /// <exception cref="ArgumentException"><paramref name="endpoint"/> is no <see cref="ProtocolEndPoint"/>.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is not ProtocolEndPoint protocol)
            throw new ArgumentException($"Expected a {nameof(ProtocolEndPoint)}, got '{endpoint}'.", nameof(endpoint));
        return new ValueTask<IConnectionListener>(new Libp2pConnectionListener(host, protocol, options, acceptQueueLength));
    }
}
