namespace Orleans.Replication.Raft;

/// <summary>What a table says about a command it has run.</summary>
/// <param name="Accepted">True keeps the changes; false drops them.</param>
/// <param name="Payload">The answer to the caller. Kept with the session until the caller has it, so it should be small.</param>
public readonly record struct CommandOutcome(bool Accepted, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The command was applied.</summary>
    public static CommandOutcome Ok(ReadOnlyMemory<byte> payload = default) => new(true, payload);

    /// <summary>The command was refused and changed nothing.</summary>
    public static CommandOutcome Rejected(ReadOnlyMemory<byte> reason = default) => new(false, reason);
}
