using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How reminders are kept in a Raft group.</summary>
public sealed class RaftReminderOptions
{
    /// <summary>The group that holds the reminders. Default <c>"default"</c>. Every silo of the cluster has to name the same.</summary>
    public string Group { get; set; } = ReplicationGroups.Default;
}
