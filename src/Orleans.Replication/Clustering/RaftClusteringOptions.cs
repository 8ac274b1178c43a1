using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How the silos keep their membership table in a Raft group.</summary>
public sealed class RaftClusteringOptions
{
    /// <summary>The group that holds the table. Default <c>"default"</c>. Every silo of the cluster has to name the same.</summary>
    public string Group { get; set; } = ReplicationGroups.Default;
}
