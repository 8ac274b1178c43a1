namespace Orleans.Replication.Raft;

/// <summary>One Raft group.</summary>
public sealed class RaftGroup;
