namespace Orleans.Replication.Raft;

/// <summary>
/// The group could not serve the call: no leader, no quorum, a full queue, or a replica out of service. Nothing was written: it is safe to
/// retry.
/// </summary>
public class GroupUnavailableException : RaftException
{
    /// <summary>Makes the error.</summary>
    public GroupUnavailableException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
