namespace Orleans.Replication.Raft;

/// <summary>
/// An operation threw, on every member at the same place in the log, and no rollback came since: the state must not be read or built upon. The inner exception is
/// what the operation threw here, when that was since this member's start.
/// </summary>
public sealed class InconsistentConsensusException : RaftException
{
    /// <summary>Makes the error.</summary>
    public InconsistentConsensusException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>The newest revision, to which the state can be rolled back; 0 when nothing was agreed.</summary>
    public required long Revision { get; init; }

    /// <summary>The full name of the type of what the operation threw.</summary>
    public required string Failure { get; init; }
}
