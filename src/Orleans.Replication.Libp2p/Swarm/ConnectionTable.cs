using System.Diagnostics.CodeAnalysis;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>The secured connections of a host. Connections of one peer are in the order in which they were made.</summary>
internal sealed class ConnectionTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, List<Libp2pConnection>> _byPeer = [];
    private bool _closed;

    /// <summary>
    /// The newest connection with a peer that is not redundant. Of several, it is the one most likely to be alive: the older ones may lead to a process that
    /// is gone.
    /// </summary>
    internal bool TryGetBest(PeerId peer, [NotNullWhen(true)] out Libp2pConnection? connection)
    {
        lock (_lock)
        {
            var live = _byPeer.GetValueOrDefault(peer)?.FindAll(candidate => !candidate.Closed.IsCancellationRequested);
            connection = live?.FindLast(candidate => !candidate.IsRedundant) ?? live?.LastOrDefault();
        }

        return connection is not null;
    }

    /// <summary>The connections with a peer, in the order in which they were made.</summary>
    internal IReadOnlyList<Libp2pConnection> With(PeerId peer)
    {
        lock (_lock)
            return _byPeer.TryGetValue(peer, out var connections) ? [.. connections] : [];
    }

    internal IReadOnlyList<Libp2pConnection> Snapshot()
    {
        lock (_lock)
            return [.. _byPeer.Values.SelectMany(connections => connections)];
    }

    internal int CountOf(PeerId peer)
    {
        lock (_lock)
            return _byPeer.GetValueOrDefault(peer)?.Count ?? 0;
    }

    /// <summary>How many connections there are with peers that <paramref name="counts"/> selects.</summary>
    internal int Count(Func<PeerId, bool> counts)
    {
        lock (_lock)
            return _byPeer.Where(pair => counts(pair.Key)).Sum(pair => pair.Value.Count);
    }

    /// <summary>
    /// Adds a connection within the limits. They were asked for when its peer was admitted, but many handshakes may end at once, and only this one look
    /// counts.
    /// </summary>
    /// <returns>Null, or why it was not added.</returns>
    internal Exception? TryAdd(Libp2pConnection connection, Libp2pLimits limits, Func<PeerId, bool> isExempt, out bool isFirst)
    {
        lock (_lock)
        {
            isFirst = false;
            var peer = connection.RemotePeer;
            if (_closed)
                return new Libp2pException("The host is stopping.");
            if (CountOf(peer) >= limits.MaxConnectionsPerPeer)
                return new ResourceLimitExceededException(nameof(Libp2pLimits.MaxConnectionsPerPeer), limits.MaxConnectionsPerPeer);
            if (!isExempt(peer) && Count(other => !isExempt(other)) >= limits.MaxConnections)
                return new ResourceLimitExceededException(nameof(Libp2pLimits.MaxConnections), limits.MaxConnections);

            if (!_byPeer.TryGetValue(peer, out var connections))
                _byPeer.Add(peer, connections = []);
            connections.Add(connection);
            isFirst = connections.Count == 1;
            return null;
        }
    }

    /// <summary>Removes a connection and returns whether it was the last of its peer.</summary>
    internal bool Remove(Libp2pConnection connection)
    {
        lock (_lock)
        {
            if (!_byPeer.TryGetValue(connection.RemotePeer, out var connections) || !connections.Remove(connection) || connections.Count > 0)
                return false;
            return _byPeer.Remove(connection.RemotePeer);
        }
    }

    /// <summary>Takes no further connections.</summary>
    internal void Close()
    {
        lock (_lock)
            _closed = true;
    }
}
