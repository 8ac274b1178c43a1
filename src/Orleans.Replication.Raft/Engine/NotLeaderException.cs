namespace Orleans.Replication.Raft.Engine;

/// <summary>Only the leader can do what was asked, and this member is not (or no longer) the leader. Nothing was done.</summary>
internal sealed class NotLeaderException(Exception? innerException = null)
    : Exception("This member does not lead the group.", innerException);
