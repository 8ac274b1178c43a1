namespace Orleans.Replication.Raft;

/// <summary>What a replica currently does in its group.</summary>
public enum RaftRole
{
    /// <summary>Not started, stopping, or out of service; see <see cref="RaftGroupStatus.Fault"/>.</summary>
    Stopped,

    /// <summary>Follows the log without voting: its disk was empty when it started, and it has not caught up yet.</summary>
    Learner,

    /// <summary>Follows a leader, or waits for one.</summary>
    Follower,

    /// <summary>Asks for votes.</summary>
    Candidate,

    /// <summary>Leads: it has committed an entry of its own term.</summary>
    Leader,
}
