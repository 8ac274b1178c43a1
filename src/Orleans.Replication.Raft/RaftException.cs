namespace Orleans.Replication.Raft;

/// <summary>The base of this package's errors.</summary>
public abstract class RaftException : Exception
{
    private protected RaftException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
