namespace Orleans.Replication.Raft;

/// <summary>An entry of a stopped member's log, for people to look at.</summary>
public sealed record RaftLogEntry
{
    /// <summary>Its place in the log.</summary>
    public required long Index { get; init; }

    /// <summary>The term of the leader that made it.</summary>
    public required long Term { get; init; }

    /// <summary>
    /// <c>empty</c> for the first entry of a leader, <c>commands</c>, <c>configuration</c> for one that changes the members, <c>other</c> for what a newer version may have
    /// written, <c>damaged</c> for what cannot be trusted.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required long Bytes { get; init; }

    /// <summary>False for an entry that the member did not know to be committed: the group may have replaced it.</summary>
    public required bool Committed { get; init; }

    /// <summary>The leader's clock when it made it.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The commands in it, in their order.</summary>
    public IReadOnlyList<RaftLogCommand> Commands { get; init; } = [];

    /// <summary>All members of the group from this entry on, when it is a configuration.</summary>
    public IReadOnlyList<RaftLogMember> Members { get; init; } = [];

    /// <summary>What is wrong with it; null when it is whole.</summary>
    public string? Problem { get; init; }
}
