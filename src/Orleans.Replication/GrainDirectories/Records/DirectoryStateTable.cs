using Orleans.Replication.GrainDirectories.Records.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.GrainDirectories.Records;

/// <summary>
/// The replicated side of the grain directories of a group. Registering, with the condition on what was registered before, is one command: of two
/// silos that activate a grain at once, both hear the same winner.
/// </summary>
internal sealed class DirectoryStateTable : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "grain-directory";

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>Runs a change. The answer to a registration is the entry that is registered now.</summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length == 0)
            return CommandOutcome.Rejected();
        if (payload[0] != DirectoryFormat.Version)
            throw new NotSupportedException($"A directory command has format {payload[0]}; this version of the software knows {DirectoryFormat.Version}.");
        if (!DirectoryFormat.TryDecodeChange(payload, out var change))
            return CommandOutcome.Rejected();

        if (change.ChangeCase == DirectoryChange.ChangeOneofCase.UnregisterSilos)
            return DirectoryKeys.IsDirectory(context.Key) ? RemoveSilos(context.Key, change.UnregisterSilos, state) : CommandOutcome.Rejected();
        if (!DirectoryKeys.TryReadEntry(context.Key, out var entry))
            return CommandOutcome.Rejected();
        return change.ChangeCase == DirectoryChange.ChangeOneofCase.Register
            ? Add(context.Key, entry, change.Register, state)
            : Remove(context.Key, entry, change.Unregister, state);
    }

    /// <inheritdoc/>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return !bytes.IsEmpty
            && bytes[0] == DirectoryFormat.Version
            && key.Length <= DirectoryKeys.MaxEntryBytes
            && DirectoryFormat.TryDecodeChange(bytes, out var change)
            && change.ChangeCase switch
            {
                DirectoryChange.ChangeOneofCase.Register => DirectoryKeys.TryReadEntry(key, out _) && DirectoryFormat.IsReadable(change.Register.Entry),
                DirectoryChange.ChangeOneofCase.Unregister => DirectoryKeys.TryReadEntry(key, out _),
                DirectoryChange.ChangeOneofCase.UnregisterSilos => DirectoryKeys.IsDirectory(key),
                _ => false,
            };
    }

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }

    private static CommandOutcome Add(ReadOnlySpan<byte> key, in DirectoryEntryKey parts, Register register, IStateTransaction state)
    {
        if (state.TryGet(key, out var current))
        {
            var registered = DirectoryFormat.DecodeEntry(current.Value.Span);
            if (!Matches(registered, register.Previous))
                return CommandOutcome.Ok(current.Value);
            state.Delete(DirectoryKeys.OnSilo(parts, registered.Silo));
        }

        var entry = DirectoryFormat.Encode(register.Entry);
        state.Put(key, entry);
        state.Put(DirectoryKeys.OnSilo(parts, register.Entry.Silo), DirectoryFormat.OnSilo.Span);
        return CommandOutcome.Ok(entry);
    }

    private static CommandOutcome Remove(ReadOnlySpan<byte> key, in DirectoryEntryKey parts, Unregister unregister, IStateTransaction state)
    {
        if (!state.TryGet(key, out var current))
            return CommandOutcome.Ok();
        var registered = DirectoryFormat.DecodeEntry(current.Value.Span);
        if (registered.Activation != unregister.Activation)
            return CommandOutcome.Ok();
        state.Delete(key);
        state.Delete(DirectoryKeys.OnSilo(parts, registered.Silo));
        return CommandOutcome.Ok();
    }

    private static CommandOutcome RemoveSilos(ReadOnlySpan<byte> directory, UnregisterSilos unregister, IStateTransaction state)
    {
        foreach (var silo in unregister.Silo)
        {
            var prefix = DirectoryKeys.OnSilo(directory, silo);
            // The whole list first: deleting below an open scan is not part of the transaction's contract.
            foreach (var (key, _) in state.Scan(prefix).ToList())
            {
                state.Delete(key.Span);
                state.Delete(DirectoryKeys.EntryOf(directory, key.Span[prefix.Length..]));
            }
        }
        return CommandOutcome.Ok();
    }

    private static bool Matches(DirectoryEntry registered, Previous? previous) =>
        previous is not null
        && registered.Silo == previous.Silo
        && (!previous.HasActivation || registered.Activation == previous.Activation);
}
