namespace Orleans.Replication.Raft;

/// <summary>Nothing was agreed yet: there is no state to read.</summary>
public sealed class NoStateException : RaftException
{
    /// <summary>Makes the error.</summary>
    public NoStateException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
