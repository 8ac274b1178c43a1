using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// A peer as an end point: who, not where. Equal when the peer ids are equal; addresses come from the <see cref="AddressBook"/>, so that a peer that
/// moves stays the same.
/// </summary>
/// <param name="peer">The peer.</param>
public sealed class PeerEndPoint(PeerId peer) : EndPoint, IEquatable<PeerEndPoint>
{
    private const int FamilyBytes = 2;

    /// <summary>The peer.</summary>
    public PeerId Peer { get; } = peer.IsEmpty ? throw new ArgumentException("The peer id is empty.", nameof(peer)) : peer;

    /// <summary>Unspecified: a peer id belongs to no address family of the system.</summary>
    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    /// <summary>The peer id's multihash behind the address family.</summary>
    public override SocketAddress Serialize()
    {
        var multihash = Peer.Multihash.Span;
        var address = new SocketAddress(AddressFamily.Unspecified, FamilyBytes + multihash.Length);
        multihash.CopyTo(address.Buffer.Span[FamilyBytes..]);
        return address;
    }

    /// <summary>The reverse of <see cref="Serialize"/>.</summary>
    /// <param name="socketAddress">What <see cref="Serialize"/> gave.</param>
    /// <exception cref="ArgumentException">It holds no peer id.</exception>
    public override EndPoint Create(SocketAddress socketAddress)
    {
        ArgumentNullException.ThrowIfNull(socketAddress);
        return socketAddress.Size > FamilyBytes && PeerId.TryFromMultihash(socketAddress.Buffer.Span[FamilyBytes..socketAddress.Size], out var peer)
            ? new PeerEndPoint(peer)
            : throw new ArgumentException("The socket address holds no peer id.", nameof(socketAddress));
    }

    /// <inheritdoc/>
    public bool Equals(PeerEndPoint? other) => other is not null && Peer == other.Peer;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PeerEndPoint);

    /// <inheritdoc/>
    public override int GetHashCode() => Peer.GetHashCode();

    /// <summary>The peer id.</summary>
    public override string ToString() => Peer.ToString();
}
