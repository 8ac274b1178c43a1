namespace Orleans.Replication.Raft;

/// <summary>What an operation may know beside its arguments and the state: the same on every member (SAFETY 8).</summary>
/// <param name="Revision">The number that the state is going to have.</param>
/// <param name="Timestamp">The leader's clock when it put the operation into the log. Never goes back, also when the leader changes.</param>
/// <param name="Seed">A number to seed a random generator with, different for each operation.</param>
public readonly record struct ApplyContext(long Revision, DateTimeOffset Timestamp, ulong Seed);
