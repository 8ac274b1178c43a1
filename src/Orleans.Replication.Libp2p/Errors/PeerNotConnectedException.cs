namespace Orleans.Replication.Libp2p;

/// <summary>
/// There is no live connection to a peer that the host keeps dialling in the background. Nothing was sent; the next attempt after the
/// peer's return succeeds.
/// </summary>
public sealed class PeerNotConnectedException : Libp2pException
{
    internal PeerNotConnectedException(PeerId peer, Exception? innerException = null)
        : base($"Peer {peer} is not connected; the host goes on dialling it in the background.", innerException) => Peer = peer;

    /// <summary>The peer that is not connected.</summary>
    public PeerId Peer { get; }
}
