namespace Orleans.Replication.Libp2p;

/// <summary>The connection gater refuses this peer.</summary>
public sealed class PeerNotAllowedException : Libp2pException
{
    internal PeerNotAllowedException(PeerId peer)
        : base($"The connection gater does not allow peer {peer}.") => Peer = peer;

    internal PeerNotAllowedException(PeerId peer, Multiaddr address)
        : base($"The connection gater does not allow dialling peer {peer} at {address}.") => Peer = peer;

    /// <summary>The peer that was refused.</summary>
    public PeerId Peer { get; }
}
