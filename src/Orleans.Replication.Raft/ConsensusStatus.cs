namespace Orleans.Replication.Raft;

/// <summary>What one member has of an agreed state, at one moment. It may be behind the others.</summary>
public sealed record ConsensusStatus
{
    /// <summary>The number of the newest state; 0 before anything was agreed.</summary>
    public required long Revision { get; init; }

    /// <summary>The number of the oldest state that is kept, for rollbacks and subscriptions; 0 before anything was agreed.</summary>
    public required long OldestRevision { get; init; }

    /// <summary>
    /// An operation has thrown since the newest state, and no rollback came after it. The same on every member that has applied the same commands.
    /// </summary>
    public bool IsInconsistent => Failure is not null;

    /// <summary>The full name of the type of what the operation threw; null while the state is consistent.</summary>
    public required string? Failure { get; init; }
}
