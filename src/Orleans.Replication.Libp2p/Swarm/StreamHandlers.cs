using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>The protocols that a host serves, by exact id.</summary>
internal sealed class StreamHandlers(Libp2pLimits limits)
{
    private readonly ConcurrentDictionary<ProtocolId, RegisteredHandler> _handlers = new();

    internal void Set(ProtocolId protocol, StreamHandler handler, StreamHandlerOptions options) =>
        _handlers[protocol] = new RegisteredHandler(handler, options, options.MaxStreams ?? limits.MaxInboundStreamsPerProtocol);

    internal bool Remove(ProtocolId protocol) => _handlers.TryRemove(protocol, out _);

    /// <summary>The handler, if the protocol is served to this peer.</summary>
    internal bool TryGet(ProtocolId protocol, PeerId peer, [NotNullWhen(true)] out RegisteredHandler? handler) =>
        _handlers.TryGetValue(protocol, out handler) && handler.IsAllowed(peer);

    /// <summary>What identify tells this peer: a protocol that is not served to it is not shown to it.</summary>
    internal IEnumerable<ProtocolId> ServedTo(PeerId peer) => _handlers.Where(pair => pair.Value.IsAllowed(peer)).Select(pair => pair.Key);
}
