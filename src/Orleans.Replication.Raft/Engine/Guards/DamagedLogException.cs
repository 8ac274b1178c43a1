namespace Orleans.Replication.Raft.Engine.Guards;

/// <summary>The log's files can be read, and do not fit together (SAFETY 10).</summary>
internal sealed class DamagedLogException(string message) : Exception(message);
