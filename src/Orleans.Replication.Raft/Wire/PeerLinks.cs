namespace Orleans.Replication.Raft.Wire;

/// <summary>Makes this member's connections to its peers in one group. They connect when they are first used.</summary>
internal sealed class PeerLinks(RaftNodeOptions node, RaftGroupOptions options, Func<string> incarnation, TimeProvider time)
{
    /// <summary>A connection for Raft's own messages.</summary>
    public RaftChannel ForRaft(RaftPeer peer, Purpose purpose) => new(node.RaftConnections, peer, HelloFor(purpose), options.MaxMessageBytes, time, incarnation);

    /// <summary>A connection for questions.</summary>
    public GroupChannel ForGroup(RaftPeer peer) => new(node.GroupConnections, peer, HelloFor(Purpose.Group), options.MaxMessageBytes, time, incarnation);

    private Hello HelloFor(Purpose purpose) => new()
    {
        Version = WireVersion.Current,
        Cluster = node.ClusterId,
        Group = options.Name,
        Sender = node.Local.Id,
        Purpose = purpose,
    };
}
