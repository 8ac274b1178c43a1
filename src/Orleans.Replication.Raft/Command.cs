namespace Orleans.Replication.Raft;

/// <summary>One change to the replicated state, as proposed to a group.</summary>
/// <param name="Table">The name of the <see cref="IReplicatedTable"/> that runs it.</param>
/// <param name="Key">The record it is about; at most 64 KiB.</param>
/// <param name="Payload">What to do, in the table's own language. Must not be changed before the proposal's task has ended.</param>
/// <param name="ExpectedVersion">
/// The version that the record must have, 0 for a record that must not exist, null for no condition. A command whose condition fails changes
/// nothing and ends as <see cref="CommandStatus.VersionMismatch"/>.
/// </param>
public readonly record struct Command(string Table, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Payload, long? ExpectedVersion = null);
