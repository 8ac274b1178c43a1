using System.Net;

namespace Orleans.Replication.Libp2p;

/// <summary>Decides who may be connected to. Called often and concurrently: answer from memory.</summary>
public interface IConnectionGater
{
    /// <summary>
    /// Raised when earlier answers may have changed: the host asks <see cref="AllowPeer"/> again for every connection and closes those no
    /// longer allowed.
    /// </summary>
    event EventHandler? Changed;

    /// <summary>Whether a socket that was just accepted may begin a handshake; asked before a byte is read.</summary>
    /// <param name="remote">The socket's address.</param>
    bool AllowAccept(EndPoint remote);

    /// <summary>
    /// Whether this peer may be dialled (asked before a socket is opened) or served (asked once it has proven its identity, before any
    /// protocol is spoken with it).
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="direction">Who dialled.</param>
    bool AllowPeer(PeerId peer, ConnectionDirection direction);
}
