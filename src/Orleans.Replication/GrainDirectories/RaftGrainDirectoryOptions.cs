using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How a grain directory is kept in a Raft group.</summary>
public sealed class RaftGrainDirectoryOptions
{
    /// <summary>The group that holds the directory. Default <c>"default"</c>. Every silo of the cluster has to name the same.</summary>
    public string Group { get; set; } = ReplicationGroups.Default;
}
