namespace Orleans.Replication.Raft;

/// <summary>What made a revision of an agreed state. The numbers are on disk: never reuse one.</summary>
public enum RevisionKind : byte
{
    /// <summary>The state was replaced.</summary>
    State = 1,

    /// <summary>An operation was applied.</summary>
    Operation = 2,

    /// <summary>The state was rolled back.</summary>
    Rollback = 3,
}
