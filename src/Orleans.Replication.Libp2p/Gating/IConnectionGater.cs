using System.Net;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// Decides who may be connected to, at the five points where libp2p asks: before a peer is dialled, before one of its addresses is, when a socket was
/// accepted, when the peer has proven its identity, and when the connection is ready. Called often and concurrently: answer from memory.
/// </summary>
/// <remarks>
/// <see cref="AllowPeer"/> is the answer for a peer as such; the points that know more fall back on it. What is refused is counted and logged once in a while.
/// </remarks>
public interface IConnectionGater
{
    /// <summary>
    /// Raised when earlier answers may have changed: the host asks <see cref="AllowPeer"/> again for every connection and closes those no
    /// longer allowed.
    /// </summary>
    event EventHandler? Changed;

    /// <summary>Whether this peer may be connected with. Also asked again for connections that exist, whenever <see cref="Changed"/> was raised.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="direction">Who dials, or has dialled.</param>
    bool AllowPeer(PeerId peer, ConnectionDirection direction);

    /// <summary>Whether this peer may be dialled; asked before its names are resolved. libp2p: <c>InterceptPeerDial</c>.</summary>
    /// <param name="peer">The peer.</param>
    bool AllowPeerDial(PeerId peer) => AllowPeer(peer, ConnectionDirection.Outbound);

    /// <summary>Whether this address of a peer may be dialled; asked before a socket is opened. libp2p: <c>InterceptAddrDial</c>.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="address">One of its addresses, without names.</param>
    bool AllowAddressDial(PeerId peer, Multiaddr address) => true;

    /// <summary>Whether a socket that was just accepted may begin a handshake; asked before a byte is read. libp2p: <c>InterceptAccept</c>.</summary>
    /// <param name="remote">The socket's address, which proves nothing.</param>
    bool AllowAccept(EndPoint remote) => true;

    /// <summary>
    /// Whether a peer that has just proven its identity may go on; asked before any protocol is spoken with it. libp2p: <c>InterceptSecured</c>.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="direction">Who dialled.</param>
    /// <param name="remote">The other end's address.</param>
    bool AllowSecured(PeerId peer, ConnectionDirection direction, Multiaddr remote) => AllowPeer(peer, direction);

    /// <summary>Whether a connection that is ready may be used; asked before anybody is given it. libp2p: <c>InterceptUpgraded</c>.</summary>
    /// <param name="connection">The connection.</param>
    bool AllowUpgraded(Libp2pConnection connection) => true;
}
