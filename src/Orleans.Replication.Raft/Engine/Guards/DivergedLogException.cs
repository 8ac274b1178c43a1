namespace Orleans.Replication.Raft.Engine.Guards;

/// <summary>This replica's committed log contradicts the leader's (SAFETY S2). It must not take part any longer.</summary>
internal sealed class DivergedLogException(string message) : Exception(message);
