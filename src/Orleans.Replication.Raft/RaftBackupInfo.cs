namespace Orleans.Replication.Raft;

/// <summary>What a backup contains, as its header says.</summary>
public sealed record RaftBackupInfo
{
    /// <summary>The version of the file's format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The group.</summary>
    public required string Group { get; init; }

    /// <summary>The incarnation of the group: empty for one that was never restored or recovered.</summary>
    public string Incarnation { get; init; } = string.Empty;

    /// <summary>The member whose replica it is.</summary>
    public required string Member { get; init; }

    /// <summary>The ids of the voters at that time, sorted.</summary>
    public required IReadOnlyList<string> Voters { get; init; }

    /// <summary>The last log entry that is in it: the backup is the state after that one and all before it, and nothing else.</summary>
    public required long Index { get; init; }

    /// <summary>That entry's term.</summary>
    public required long Term { get; init; }

    /// <summary>How many commands are in it: the <see cref="CommandContext.Index"/> of the last.</summary>
    public required long Commands { get; init; }

    /// <summary>The leader's time of the last command.</summary>
    public required DateTimeOffset LastCommand { get; init; }

    /// <summary>When it was made, by the member's clock.</summary>
    public required DateTimeOffset Created { get; init; }
}
