using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Wire;

/// <summary>A member's connections to its peers in one group, by peer id. They connect when they are first used.</summary>
internal sealed record Channels(
    IReadOnlyDictionary<string, RaftChannel> Elections,
    IReadOnlyDictionary<string, RaftChannel> Replication,
    IReadOnlyDictionary<string, RaftChannel> Snapshots,
    IReadOnlyDictionary<string, GroupChannel> Group)
{
    public static Channels To(RaftNodeOptions node, RaftGroupOptions options, GroupFolder folder, TimeProvider time)
    {
        var peers = options.Voters.Where(voter => voter.Id != node.Local.Id).ToList();
        var maxMessageBytes = options.MaxMessageBytes;
        return new Channels(
            peers.ToDictionary(peer => peer.Id, peer => new RaftChannel(node.RaftConnections, peer, HelloFor(Purpose.Election), maxMessageBytes, time, Incarnation)),
            peers.ToDictionary(peer => peer.Id, peer => new RaftChannel(node.RaftConnections, peer, HelloFor(Purpose.Replication), maxMessageBytes, time, Incarnation)),
            peers.ToDictionary(peer => peer.Id, peer => new RaftChannel(node.RaftConnections, peer, HelloFor(Purpose.Snapshot), maxMessageBytes, time, Incarnation)),
            peers.ToDictionary(peer => peer.Id, peer => new GroupChannel(node.GroupConnections, peer, HelloFor(Purpose.Group), maxMessageBytes, time, Incarnation)));

        string Incarnation() => folder.Incarnation ?? Backups.Incarnation.Unknown;

        Hello HelloFor(Purpose purpose) => new()
        {
            Version = WireVersion.Current,
            Cluster = node.ClusterId,
            Group = options.Name,
            Sender = node.Local.Id,
            Purpose = purpose,
        };
    }
}
