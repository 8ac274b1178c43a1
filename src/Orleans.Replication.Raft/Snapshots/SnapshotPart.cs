namespace Orleans.Replication.Raft.Snapshots;

/// <summary>One file of a snapshot.</summary>
/// <param name="Name">Its name, in the snapshot's folder.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Checksum">XxHash3 of its content.</param>
internal readonly record struct SnapshotPart(string Name, long Length, ulong Checksum);
