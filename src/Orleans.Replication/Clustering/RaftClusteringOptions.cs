using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How the silos keep their membership table in a Raft group.</summary>
public sealed class RaftClusteringOptions
{
    /// <summary>The group that holds the table. Default <c>"default"</c>. Every silo of the cluster has to name the same.</summary>
    public string Group { get; set; } = ReplicationGroups.Default;

    /// <summary>
    /// Whether this silo votes at once, and not after some missed probes, against a silo whose process is gone: a connection of the replication with it is lost, and the address it had for calls
    /// refuses connections. It is the same vote, and takes as many (<see cref="ClusterMembershipOptions.NumVotesForDeathDeclaration"/>). A process that hangs, or a machine that is
    /// gone, refuses nothing: those are left to the probes. Default: true.
    /// </summary>
    public bool VoteAgainstLostProcesses { get; set; } = true;

    /// <summary>
    /// Whether this silo tells clients where the gateways are, so that they need no list but a seed (<c>clientBuilder.UseRaftClustering(…)</c>). Any peer may then
    /// connect to the silos' libp2p port and be served this one protocol, which only reads: 32 of them at once, each for 10 seconds at most, beside the members and never in
    /// their place. Default: false, which keeps everybody but the members (and administrators) from that port. Set it on every silo.
    /// </summary>
    public bool ServeGateways { get; set; }
}
