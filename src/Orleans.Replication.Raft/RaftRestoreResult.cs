namespace Orleans.Replication.Raft;

/// <summary>What a restoration has done.</summary>
/// <param name="Backup">What the group was restored from.</param>
/// <param name="Folder">The group's folder.</param>
/// <param name="Incarnation">The group's new incarnation: every member's has to be the same.</param>
/// <param name="MovedTo">Where the folder that was there before is now; null when there was none.</param>
public sealed record RaftRestoreResult(RaftBackupInfo Backup, string Folder, string Incarnation, string? MovedTo);
