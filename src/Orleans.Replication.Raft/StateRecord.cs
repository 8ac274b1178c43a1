namespace Orleans.Replication.Raft;

/// <summary>A record of the replicated state.</summary>
/// <param name="Value">Its bytes, which never change.</param>
/// <param name="Version">The <see cref="CommandContext.Index"/> of the command that wrote it; at least 1.</param>
public readonly record struct StateRecord(ReadOnlyMemory<byte> Value, long Version);
