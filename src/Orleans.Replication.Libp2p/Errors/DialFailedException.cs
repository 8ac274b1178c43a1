namespace Orleans.Replication.Libp2p;

/// <summary>No address of the peer led to a secured connection. The inner exception holds one cause per address.</summary>
public sealed class DialFailedException : Libp2pException
{
    internal DialFailedException(PeerId peer, string message, Exception? innerException = null)
        : base(message, innerException) => Peer = peer;

    /// <summary>The peer that was dialled.</summary>
    public PeerId Peer { get; }
}
