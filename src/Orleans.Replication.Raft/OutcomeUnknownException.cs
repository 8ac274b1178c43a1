namespace Orleans.Replication.Raft;

/// <summary>
/// The deadline passed after the command may have entered the log: it may be applied, now or later, or never. It will not be applied twice.
/// </summary>
public sealed class OutcomeUnknownException : RaftException
{
    /// <summary>Makes the error.</summary>
    public OutcomeUnknownException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
