namespace Orleans.Replication.Raft.Proposals;

/// <summary>The group has forgotten the session; the command was refused and surely not applied before.</summary>
internal sealed class SessionExpiredException : Exception;
