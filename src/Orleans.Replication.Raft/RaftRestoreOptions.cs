namespace Orleans.Replication.Raft;

/// <summary>What a group becomes that is restored from a backup, on one member.</summary>
public sealed class RaftRestoreOptions
{
    /// <summary>The member's data folder: <see cref="RaftNodeOptions.DataDirectory"/>. Made when it is missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>This member's id.</summary>
    public required string Member { get; init; }

    /// <summary>The ids of the new group's voters, this member included: 1, 3 or 5; the same on every member.</summary>
    public required IReadOnlyList<string> Voters { get; init; }

    /// <summary>The cluster; null for the one that the backup is of.</summary>
    public string? Cluster { get; init; }

    /// <summary>
    /// The name of the new incarnation, 1 to 64 letters, digits and '-': the same on every member. Null derives one from the backup and the voters, so that those who restore
    /// the same come to the same. It has to be named when the same backup is restored for the same voters a second time.
    /// </summary>
    public string? Incarnation { get; init; }

    /// <summary>True moves a folder that holds data aside; false refuses it. Nothing is deleted.</summary>
    public bool ReplaceExisting { get; init; }
}
