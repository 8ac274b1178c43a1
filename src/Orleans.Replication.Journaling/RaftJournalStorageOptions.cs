using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How the journals of durable grains are kept in a Raft group.</summary>
public sealed class RaftJournalStorageOptions
{
    /// <summary>The default of <see cref="CompactionThresholdBytes"/>: 1 MiB.</summary>
    public const int DefaultCompactionThresholdBytes = 1 << 20;

    /// <summary>
    /// The group that holds the journals. Default <c>"default"</c>. Several providers may share a group: their records are apart, since the
    /// provider's name is part of every key.
    /// </summary>
    public string Group { get; set; } = ReplicationGroups.Default;

    /// <summary>
    /// How many bytes are appended before Orleans is asked to replace the journal by a snapshot; for a journal whose last snapshot was larger, as many as
    /// that. Default 1 MiB, at least 1. Smaller: shorter journals to read when a grain is activated, more snapshots. The count of appends is limited as well.
    /// </summary>
    public int CompactionThresholdBytes { get; set; } = DefaultCompactionThresholdBytes;
}
