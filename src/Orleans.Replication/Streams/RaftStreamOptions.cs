using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How the changes of a group's states become Orleans streams.</summary>
public sealed class RaftStreamOptions
{
    /// <summary>The group whose states are streamed. Default <c>"default"</c>. Every silo of the cluster has to name the same.</summary>
    public string Group { get; set; } = ReplicationGroups.Default;

    /// <summary>
    /// Among how many pulling agents, which Orleans spreads over the silos, the streams are divided: 1 to 256. Default 4. Every silo and client of the cluster has to have the same. After a change
    /// of it some events come again.
    /// </summary>
    public int Queues { get; set; } = 4;

    /// <summary>
    /// How often an agent writes into the group how far its events had been delivered one interval before; the agent that takes its place begins there. Default 5 s; 100 ms to 10 minutes. Shorter costs a
    /// command each time, longer lets more events come again when a queue moves to another silo.
    /// </summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(5);
}
