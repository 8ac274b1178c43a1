namespace Orleans.Replication.Raft.Membership;

/// <summary>A configuration and the log entry that brought it; 0 for the one that the group began with.</summary>
internal sealed record LoggedConfiguration(long Index, GroupConfiguration Configuration);
