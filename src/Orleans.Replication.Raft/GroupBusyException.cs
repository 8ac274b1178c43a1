namespace Orleans.Replication.Raft;

/// <summary>
/// So much waits on this member already that it takes no more (<see cref="RaftGroupOptions.MaxQueuedProposals"/>, <see cref="RaftGroupOptions.MaxQueuedBytes"/>). Nothing was
/// written: try again, after a pause that grows.
/// </summary>
public sealed class GroupBusyException : GroupUnavailableException
{
    /// <summary>Makes the error.</summary>
    public GroupBusyException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
