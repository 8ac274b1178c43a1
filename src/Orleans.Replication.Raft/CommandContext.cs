namespace Orleans.Replication.Raft;

/// <summary>
/// What a table may know while it runs a command: the same on every replica (SAFETY 8). A table must use no other source of time, chance or
/// input.
/// </summary>
public readonly ref struct CommandContext
{
    /// <summary>The command's place in the group's history: 1 for the first, one more for each, without gaps.</summary>
    public required long Index { get; init; }

    /// <summary>The leader's clock when it put the command into the log. Never goes back, also when the leader changes.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>A number to seed a random generator with, different for each command.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The log entry of the group's members as they are at this command; 0 for those that began the group. It changes with them, and tells nothing else.</summary>
    public long ConfigurationIndex { get; init; }

    /// <summary>The record that the command is about.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>What to do, in the table's own language.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }
}
