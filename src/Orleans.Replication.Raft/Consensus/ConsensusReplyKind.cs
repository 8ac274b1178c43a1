namespace Orleans.Replication.Raft.Consensus;

/// <summary>How a command of a consensus ended. The numbers are on disk: never reuse one.</summary>
internal enum ConsensusReplyKind : byte
{
    /// <summary>The revision was made.</summary>
    Agreed = 1,

    /// <summary>The operation threw, which made the state inconsistent. The revision is the one before.</summary>
    Failed = 2,

    /// <summary>The state was inconsistent; nothing was changed. The revision is the newest.</summary>
    Inconsistent = 3,

    /// <summary>The revision to roll back to is not kept; nothing was changed. The revision is the oldest one kept.</summary>
    NotKept = 4,
}
