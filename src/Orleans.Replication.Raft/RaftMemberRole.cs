namespace Orleans.Replication.Raft;

/// <summary>What a member's copy of the log counts for.</summary>
public enum RaftMemberRole
{
    /// <summary>Receives the log, counts for no majority, and never leads.</summary>
    Learner = 0,

    /// <summary>Counts for majorities, votes, and may lead.</summary>
    Voter = 1,
}
