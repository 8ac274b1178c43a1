using System.Net;
using System.Net.Sockets;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p;

/// <content>Whom the host lets in: from the accepted socket to the connection in the table, and out of it again.</content>
public sealed partial class Libp2pHost
{
    private void OnAccepted(Socket socket)
    {
        EndPoint? remote;
        try
        {
            socket.NoDelay = true;
            remote = socket.RemoteEndPoint;
        }
        catch (SocketException)
        {
            remote = null; // Already gone.
        }

        if (remote is null || !TryBeginHandshake(remote))
        {
            socket.Dispose();
            return;
        }

        _background.Run(() => UpgradeInboundAsync(socket, remote));
    }

    private bool TryBeginHandshake(EndPoint remote)
    {
        if (_options.Gater?.AllowAccept(remote) == false)
        {
            _swarm.Refusals.Add(_swarm.Logger, RefusalReason.GatedAddress, $"a connection from {remote}");
            return false;
        }

        if (Interlocked.Increment(ref _pendingHandshakes) <= _options.Limits.MaxPendingHandshakes)
            return true;

        Interlocked.Decrement(ref _pendingHandshakes);
        _swarm.Refusals.Add(_swarm.Logger, RefusalReason.PendingHandshakeLimit, $"a connection from {remote}");
        return false;
    }

    private async Task UpgradeInboundAsync(Socket socket, EndPoint remote)
    {
        try
        {
            var connection = await _upgrader.UpgradeAsync(socket, expected: null, ConnectionDirection.Inbound, _stoppingToken).ConfigureAwait(false);
            Register(connection);
        }
        catch (IOException error)
        {
            Log.InboundHandshakeFailed(_swarm.Logger, remote.ToString() ?? string.Empty, error);
        }
        finally
        {
            Interlocked.Decrement(ref _pendingHandshakes);
        }
    }

    /// <summary>Decides about a peer that has just proven its identity, before anything else is spoken with it.</summary>
    private void Admit(PeerId peer, ConnectionDirection direction, Multiaddr remote)
    {
        if (peer == PeerId)
            throw new HandshakeFailedException("The other end is this peer itself.");

        if (_options.Gater?.AllowSecured(peer, direction, remote) == false)
        {
            _swarm.Refusals.Add(_swarm.Logger, RefusalReason.GatedPeer, $"peer {peer}");
            throw new PeerNotAllowedException(peer);
        }

        if (_connections.CountOf(peer) >= _options.Limits.MaxConnectionsPerPeer)
        {
            _swarm.Refusals.Add(_swarm.Logger, RefusalReason.ConnectionPerPeerLimit, $"peer {peer}");
            throw new ResourceLimitExceededException(nameof(Libp2pLimits.MaxConnectionsPerPeer), _options.Limits.MaxConnectionsPerPeer);
        }

        if (!IsKept(peer) && _connections.Count(other => !IsKept(other)) >= _options.Limits.MaxConnections)
        {
            _swarm.Refusals.Add(_swarm.Logger, RefusalReason.ConnectionLimit, $"peer {peer}");
            throw new ResourceLimitExceededException(nameof(Libp2pLimits.MaxConnections), _options.Limits.MaxConnections);
        }
    }

    /// <summary>Takes a secured connection in and runs it.</summary>
    /// <exception cref="Libp2pException">It is not taken after all: the gater does not allow it, a limit was reached meanwhile, or the host stops.</exception>
    private void Register(Libp2pConnection connection)
    {
        if (_options.Gater?.AllowUpgraded(connection) == false)
        {
            _swarm.Refusals.Add(_swarm.Logger, RefusalReason.GatedConnection, connection.ToString());
            throw TurnAway(connection, YamuxErrorCode.Gated, new PeerNotAllowedException(connection.RemotePeer));
        }

        Exception? refusal;
        lock (_events)
        {
            refusal = _connections.TryAdd(connection, _options.Limits, IsKept, out var isFirst);
            if (isFirst)
                Raise(PeerConnected, connection.RemotePeer);
        }

        if (refusal is ResourceLimitExceededException limit)
        {
            var reason = limit.Limit == nameof(Libp2pLimits.MaxConnections) ? RefusalReason.ConnectionLimit : RefusalReason.ConnectionPerPeerLimit;
            _swarm.Refusals.Add(_swarm.Logger, reason, $"peer {connection.RemotePeer}");
            throw TurnAway(connection, YamuxErrorCode.ResourceLimitExceeded, refusal);
        }

        if (refusal is not null)
            throw TurnAway(connection, YamuxErrorCode.Normal, refusal);

        _background.Run(() => connection.RunAsync(Unregister));
        // A permission withdrawn since the handshake was enforced before this connection could be seen.
        if (_options.Gater?.AllowPeer(connection.RemotePeer, connection.Direction) == false)
            connection.BeginClose(YamuxErrorCode.Gated);

        _simultaneousDials.OnAdded(connection);
        _metrics.ConnectionChanged(1, connection);
        Log.PeerConnected(_swarm.Logger, connection.RemotePeer.ToShortString(), connection.Direction, connection.RemoteAddress);
        NotifyKept(connection.RemotePeer);
        if (_options.IdentifyOnConnect)
            connection.Background.Run(() => _identify.RequestOnConnectAsync(connection));
    }

    /// <summary>Closes a connection that nobody was given, and tells its peer why.</summary>
    private Exception TurnAway(Libp2pConnection connection, YamuxErrorCode code, Exception refusal)
    {
        connection.BeginClose(code);
        _background.Run(() => connection.RunAsync(static _ => { }));
        return refusal;
    }

    private void OnIdentified(Libp2pConnection connection, PeerInformation information)
    {
        AddressBook.Learn(connection.RemotePeer, connection.RemoteAddress, information.ListenAddresses);
        Raise(PeerIdentified, connection.RemotePeer);
    }

    private void Unregister(Libp2pConnection connection)
    {
        lock (_events)
        {
            if (_connections.Remove(connection))
            {
                if (!IsKept(connection.RemotePeer))
                    AddressBook.Unlearn(connection.RemotePeer); // Strangers leave nothing behind.
                Raise(PeerDisconnected, connection.RemotePeer);
            }
        }

        _metrics.ConnectionChanged(-1, connection);
        Log.PeerDisconnected(_swarm.Logger, connection.RemotePeer.ToShortString(), connection.Error);
        NotifyKept(connection.RemotePeer);
    }

    private void NotifyKept(PeerId peer)
    {
        if (_kept.TryGetValue(peer, out var kept))
            kept.Notify();
    }

    private void Raise(EventHandler<PeerEventArgs>? handlers, PeerId peer)
    {
        try
        {
            handlers?.Invoke(this, new PeerEventArgs(peer));
        }
#pragma warning disable CA1031 // Foreign code; the connection does not depend on it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.EventSubscriberFailed(_swarm.Logger, error);
        }
    }

    private void OnGaterChanged(object? sender, EventArgs e) => EnforcePermissions();
}
