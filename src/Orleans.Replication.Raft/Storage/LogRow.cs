namespace Orleans.Replication.Raft.Storage;

/// <summary>A log entry on disk.</summary>
/// <param name="Term">Its term.</param>
/// <param name="Length">How many bytes its payload has.</param>
/// <param name="Payload">The payload; empty when it cannot be read.</param>
internal readonly record struct LogRow(long Term, long Length, ReadOnlyMemory<byte> Payload);
