using Orleans.Replication.Libp2p.Swarm;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p;

/// <content>Connections with peers: dialling them, keeping them, opening streams on them.</content>
public sealed partial class Libp2pHost
{
    /// <summary>Whether there is a live connection with a peer.</summary>
    /// <param name="peer">The peer.</param>
    public bool IsConnected(PeerId peer) => _connections.TryGetBest(peer, out _);

    /// <summary>Whether the host keeps dialling a peer in the background (<see cref="KeepConnected"/>).</summary>
    /// <param name="peer">The peer.</param>
    public bool IsKeptConnected(PeerId peer) => IsKept(peer);

    /// <summary>
    /// Returns a live connection with a peer; dials it where there is none. Concurrent calls for one peer share one dial.
    /// </summary>
    /// <param name="peer">The peer; its addresses come from the <see cref="AddressBook"/>.</param>
    /// <param name="cancellationToken">Ends the wait; a dial under way goes on to its time-out.</param>
    /// <exception cref="DialFailedException">No address led to the peer, or none is known.</exception>
    /// <exception cref="PeerIdMismatchException">Another peer answered at its only address.</exception>
    /// <exception cref="PeerNotAllowedException">The gater refuses the peer.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit of connections is reached.</exception>
    public ValueTask<Libp2pConnection> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_stoppingToken.IsCancellationRequested, this);
        if (peer == PeerId)
            throw new ArgumentException("A peer does not dial itself.", nameof(peer));
        return _dialer.ConnectAsync(peer, _background, cancellationToken);
    }

    /// <summary>As <see cref="ConnectAsync(PeerId, CancellationToken)"/>, after adding an address of the peer to the address book.</summary>
    /// <param name="address">An address with the peer's id at its end.</param>
    /// <param name="cancellationToken">Ends the wait; a dial under way goes on to its time-out.</param>
    /// <exception cref="ArgumentException">The address names no peer: it would be unknown who may answer.</exception>
    public ValueTask<Libp2pConnection> ConnectAsync(Multiaddr address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.PeerId is not { } peer)
            throw new ArgumentException($"'{address}' names no peer; end it with /p2p/ and the peer's id.", nameof(address));
        AddressBook.Add(peer, address);
        return ConnectAsync(peer, cancellationToken);
    }

    /// <summary>
    /// Keeps a connection with a peer from now on: dials it in the background and, whenever it is lost, again, with pauses that grow. Called
    /// again for the same peer it replaces the addresses.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Where it is, with or without its id; when empty, the address book stays as it is.</param>
    public void KeepConnected(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        if (peer == PeerId)
            throw new ArgumentException("A peer does not dial itself.", nameof(peer));
        var known = addresses.ToArray();
        if (known.Length > 0)
            AddressBook.Set(peer, known);

        lock (_lifecycle)
        {
            ObjectDisposedException.ThrowIf(_stopped is not null, this);
            if (_kept.TryGetValue(peer, out var existing))
            {
                existing.DialNow();
                return;
            }

            var kept = new KeptPeer(_swarm, peer, IsConnected, async (id, token) => await ConnectAsync(id, token).ConfigureAwait(false));
            _kept[peer] = kept;
            _background.Run(() => Task.Run(kept.RunAsync));
        }
    }

    /// <summary>Ends <see cref="KeepConnected"/> for a peer. A connection that exists stays until it is idle or lost.</summary>
    /// <param name="peer">The peer.</param>
    public bool StopKeepingConnected(PeerId peer)
    {
        if (!_kept.TryRemove(peer, out var kept))
            return false;
        kept.Dispose();
        return true;
    }

    /// <summary>Closes all connections with a peer and returns when they have ended. A kept peer is dialled again.</summary>
    /// <param name="peer">The peer.</param>
    public Task DisconnectAsync(PeerId peer) =>
        Task.WhenAll(_connections.Snapshot().Where(connection => connection.RemotePeer == peer).Select(connection => connection.CloseAsync()));

    /// <summary>Asks the gater and the stream handlers' permissions again, and closes connections and streams that are no longer allowed.</summary>
    public void EnforcePermissions()
    {
        foreach (var connection in _connections.Snapshot())
        {
            if (_options.Gater?.AllowPeer(connection.RemotePeer, connection.Direction) == false)
                connection.BeginClose(YamuxErrorCode.Gated);
            else
                connection.InboundStreams.EnforcePermissions();
        }

        _push.Notify(); // What is served to whom may have changed as well.
    }

    /// <summary>
    /// Opens a stream to a peer, on a live connection or a new one. On a live connection with one protocol this takes no round trip: the proposal and
    /// the first data travel together, and a refusal surfaces as <see cref="UnsupportedProtocolException"/> on the first read or at
    /// <see cref="Libp2pStream.CloseWriteAsync"/>; it also resets the stream, so that writes fail from then on.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="protocol">The protocol to propose.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Libp2pException">As with <see cref="ConnectAsync(PeerId, CancellationToken)"/>.</exception>
    public ValueTask<Libp2pStream> NewStreamAsync(PeerId peer, ProtocolId protocol, CancellationToken cancellationToken = default) =>
        NewStreamAsync(peer, [protocol], cancellationToken);

    /// <summary>Opens a stream and agrees on the first of several protocols that the peer serves.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="protocols">The protocols to propose, in order of preference.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnsupportedProtocolException">The peer serves none of them (where there are several; see the other overload).</exception>
    public async ValueTask<Libp2pStream> NewStreamAsync(
        PeerId peer, IReadOnlyList<ProtocolId> protocols, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        if (protocols.Count == 0 || protocols.Contains(default))
            throw new ArgumentException("Name at least one protocol, and none that is empty.", nameof(protocols));

        var connection = await ConnectAsync(peer, cancellationToken).ConfigureAwait(false);
        var stream = await connection.OpenStreamAsync(protocols, cancellationToken).ConfigureAwait(false);
        _metrics.StreamOpened(ConnectionDirection.Outbound, stream.Protocol);
        return stream;
    }

    /// <summary>Opens a stream, but fails at once for a kept peer that is not connected.</summary>
    /// <exception cref="PeerNotConnectedException">The peer is kept and has no live connection.</exception>
    internal async ValueTask<Libp2pStream> NewStreamWithoutWaitingAsync(PeerId peer, ProtocolId protocol, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(peer, out var kept) && !IsConnected(peer))
            throw new PeerNotConnectedException(peer, kept.LastFailure);

        try
        {
            return await NewStreamAsync(peer, protocol, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error) when (kept is not null && error is not Libp2pException && !IsConnected(peer))
        {
            throw new PeerNotConnectedException(peer, error); // It was lost in this moment.
        }
    }
}
