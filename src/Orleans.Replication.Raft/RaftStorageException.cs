namespace Orleans.Replication.Raft;

/// <summary>
/// A data folder cannot be used: of an unknown version, of another cluster, group or member, damaged, or in use. Nothing in it was changed.
/// </summary>
public sealed class RaftStorageException : RaftException
{
    /// <summary>Makes the error.</summary>
    public RaftStorageException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
