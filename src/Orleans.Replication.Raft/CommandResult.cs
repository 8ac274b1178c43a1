namespace Orleans.Replication.Raft;

/// <summary>The outcome of a command that was committed and applied.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Version">
/// The version of the command's record afterwards; 0 when the record does not exist. Versions of one record strictly increase, also across
/// deletion and re-creation: a record's version is the <see cref="CommandContext.Index"/> of the command that wrote it.
/// </param>
/// <param name="Payload">What the table answered.</param>
public readonly record struct CommandResult(CommandStatus Status, long Version, ReadOnlyMemory<byte> Payload);
