namespace Orleans.Replication.Libp2p;

/// <summary>Names the peer of an event.</summary>
/// <param name="peer">The peer.</param>
public sealed class PeerEventArgs(PeerId peer) : EventArgs
{
    /// <summary>The peer.</summary>
    public PeerId Peer { get; } = peer;
}
