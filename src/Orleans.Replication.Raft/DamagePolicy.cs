namespace Orleans.Replication.Raft;

/// <summary>What a member does when its replica's files turn out to be damaged, at the start or later.</summary>
public enum DamagePolicy
{
    /// <summary>
    /// Moves them into <c>quarantine-&lt;time&gt;</c> in the group's folder, deletes nothing, and starts with empty files: it votes and answers again once its
    /// peers have made it whole. A group of a single voter has no peers: its member refuses to start.
    /// </summary>
    Quarantine,

    /// <summary>Does not start, or goes out of service, and leaves everything as it is.</summary>
    Refuse,
}
