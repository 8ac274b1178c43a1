namespace Orleans.Replication.Raft;

/// <summary>What a verification of a backup or of a stopped group's folder has found.</summary>
public sealed record RaftVerification
{
    /// <summary>What is wrong: where, and how. Empty when everything is whole.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>True when nothing is wrong.</summary>
    public bool IsWhole => Problems.Count == 0;

    /// <summary>The backup's header; null for a folder, and when it cannot be read.</summary>
    public RaftBackupInfo? Backup { get; init; }

    /// <summary>How many files were compared with their checksums.</summary>
    public int Files { get; init; }

    /// <summary>How many bytes were read.</summary>
    public long Bytes { get; init; }

    /// <summary>How many log entries were compared with their checksums; 0 for a backup, which has none.</summary>
    public long LogEntries { get; init; }

    /// <summary>How many records of each table the state has.</summary>
    public IReadOnlyDictionary<string, long> Records { get; init; } = new Dictionary<string, long>();

    /// <summary>How many sessions the state remembers.</summary>
    public long Sessions { get; init; }

    /// <summary>Up to which log entry the state has come.</summary>
    public long AppliedIndex { get; init; }
}
