namespace Orleans.Replication.Raft.Consensus;

/// <summary>What an operation came to: the encoded new state, or what it threw.</summary>
internal readonly record struct OperationOutcome(ReadOnlyMemory<byte> State, Exception? Failure);

/// <summary>Decodes state and operation, and applies.</summary>
/// <param name="state">The encoded state; null before anything was agreed.</param>
/// <param name="operation">The encoded operation.</param>
/// <param name="context">Where and when.</param>
internal delegate OperationOutcome OperationRunner(ReadOnlyMemory<byte>? state, ReadOnlyMemory<byte> operation, in ApplyContext context);
