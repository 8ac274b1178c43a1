namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>Why somebody was turned away.</summary>
internal enum RefusalReason
{
    GatedAddress,
    GatedPeer,
    GatedConnection,
    PendingHandshakeLimit,
    ConnectionLimit,
    ConnectionPerPeerLimit,
    Stream,
    AcceptQueueLimit,
}
