namespace Orleans.Replication.Raft.Consensus;

/// <summary>What a <see cref="ConsensusCommand"/> asks for. The numbers are in the log: never reuse one.</summary>
internal enum ConsensusCommandKind : byte
{
    /// <summary>Replace the state by the body.</summary>
    SetState = 1,

    /// <summary>Apply the operation in the body.</summary>
    Operation = 2,

    /// <summary>Make the state of <see cref="ConsensusCommand.Revision"/> the newest again.</summary>
    Rollback = 3,

    /// <summary>Replace the state by the body, whatever happened before.</summary>
    RollbackTo = 4,
}
