using System.Net;

namespace Orleans.Replication.Raft;

/// <summary>A member of a Raft group: who it is and how to reach it.</summary>
/// <param name="Id">
/// The member's identity, for example a libp2p peer id. It is compared ordinally, survives changes of address, and is what the transport has
/// to prove about the other end of a connection.
/// </param>
/// <param name="EndPoint">What the connection factory understands. The group never looks inside.</param>
public sealed record RaftPeer(string Id, EndPoint EndPoint)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
