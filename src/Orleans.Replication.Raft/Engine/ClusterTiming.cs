using DotNext.Net.Cluster.Consensus.Raft;

namespace Orleans.Replication.Raft.Engine;

/// <summary>The engine's settings, from ours. SAFETY S17: a wide range of election time-outs, and heartbeats well below it.</summary>
internal sealed class ClusterTiming(RaftGroupOptions options, bool standby) : IClusterMemberConfiguration
{
    public double HeartbeatThreshold => 1.0 / 3;

    public ElectionTimeout ElectionTimeout { get; } = new()
    {
        LowerValue = (int)options.MinElectionTimeout.TotalMilliseconds,
        UpperValue = (int)options.MaxElectionTimeout.TotalMilliseconds,
    };

    public bool Standby => standby;

    /// <summary>SAFETY S9: the engine's lease outlives a pause of the process; it is not used. Ours is <see cref="Leases.LeaderLease"/>.</summary>
    public bool IsLeaderLeaseEnabled => false;
}
