namespace Orleans.Replication.Raft;

/// <summary>What a replica currently does in its group.</summary>
public enum RaftRole
{
    /// <summary>Not started, stopping, or out of service; see <see cref="RaftGroupStatus.Fault"/>.</summary>
    Stopped,

    /// <summary>
    /// Follows the log without voting: it was added to catch up, or is not added yet, or its disk was empty when it started.
    /// </summary>
    Learner,

    /// <summary>Follows a leader, or waits for one.</summary>
    Follower,

    /// <summary>Asks for votes.</summary>
    Candidate,

    /// <summary>Leads: it has committed an entry of its own term.</summary>
    Leader,

    /// <summary>Was removed from the group, and is quiet: it keeps what it has until it is added again.</summary>
    Removed,
}
