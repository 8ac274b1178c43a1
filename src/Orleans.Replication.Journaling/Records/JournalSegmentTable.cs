using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journaling.Records;

/// <summary>
/// The journals of durable grains in a group. An append writes its segment and a small header, however long the journal is. Every change of the
/// content is made under the condition of the header's version, which the group checks.
/// </summary>
internal sealed class JournalSegmentTable : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "durable-journals";

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>Runs a command.</summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length < JournalFormat.CommandHeaderBytes || !JournalKeys.IsHeader(context.Key))
            return CommandOutcome.Rejected();
        if (payload[0] != JournalFormat.Version)
            throw new NotSupportedException($"A command for a durable journal has format {payload[0]}; this version of the software knows {JournalFormat.Version}.");

        return (JournalCommandKind)payload[1] switch
        {
            JournalCommandKind.Append => Append(context.Key, payload, state),
            JournalCommandKind.Replace => Replace(context.Key, payload, state),
            JournalCommandKind.Delete when payload.Length == JournalFormat.CommandHeaderBytes => Delete(context.Key, state),
            JournalCommandKind.Create when ReadChanges(context) is { } changes => Create(context.Key, changes, state),
            JournalCommandKind.Update when ReadChanges(context) is { } changes => Update(context.Key, changes, state),
            _ => CommandOutcome.Rejected(),
        };
    }

    /// <inheritdoc/>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return bytes.Length >= JournalFormat.CommandHeaderBytes
            && bytes[0] == JournalFormat.Version
            && JournalKeys.IsHeader(key)
            && (JournalCommandKind)bytes[1] switch
            {
                JournalCommandKind.Append or JournalCommandKind.Replace => JournalFormat.TryReadWrite(bytes, out _, out _),
                JournalCommandKind.Delete => bytes.Length == JournalFormat.CommandHeaderBytes,
                JournalCommandKind.Create or JournalCommandKind.Update => PropertyChanges.TryDecode(payload[JournalFormat.CommandHeaderBytes..]) is not null,
                _ => false,
            };
    }

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }

    private static PropertyChanges? ReadChanges(in CommandContext context) => PropertyChanges.TryDecode(context.Payload[JournalFormat.CommandHeaderBytes..]);

    private static CommandOutcome Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, IStateTransaction state)
    {
        if (!JournalFormat.TryReadWrite(payload, out var format, out var segment))
            return CommandOutcome.Rejected();
        var header = Find(key, state) ?? JournalHeader.Empty;
        state.Put(JournalKeys.Segment(key, header.End), JournalFormat.Segment(segment));
        state.Put(key, (header with { End = header.End + 1, AppendedBytes = header.AppendedBytes + segment.Length, Format = format }).Encode());
        return CommandOutcome.Ok();
    }

    private static CommandOutcome Replace(ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, IStateTransaction state)
    {
        if (!JournalFormat.TryReadWrite(payload, out var format, out var segment))
            return CommandOutcome.Rejected();
        var header = Find(key, state) ?? JournalHeader.Empty;
        DeleteSegments(key, header, state);
        state.Put(JournalKeys.Segment(key, header.End), JournalFormat.Segment(segment));
        state.Put(key, new JournalHeader(header.End, header.End + 1, segment.Length, 0, format).Encode());
        return CommandOutcome.Ok();
    }

    private static CommandOutcome Delete(ReadOnlySpan<byte> key, IStateTransaction state)
    {
        if (Find(key, state) is { } header)
            DeleteSegments(key, header, state);
        state.Delete(JournalKeys.Properties(key));
        state.Delete(key);
        return CommandOutcome.Ok();
    }

    private static CommandOutcome Create(ReadOnlySpan<byte> key, PropertyChanges properties, IStateTransaction state)
    {
        state.Put(key, JournalHeader.Empty.Encode());
        if (properties.Set.Count > 0)
            state.Put(JournalKeys.Properties(key), properties.Encode());
        return CommandOutcome.Ok();
    }

    /// <summary>Answers one byte when the condition held.</summary>
    private static CommandOutcome Update(ReadOnlySpan<byte> key, PropertyChanges changes, IStateTransaction state)
    {
        if (StoredJournal.Find(key, state) is not { } journal || (changes.Expected != 0 && changes.Expected != journal.ETag))
            return CommandOutcome.Ok();
        if (changes.ApplyTo(journal.Properties))
            state.Put(JournalKeys.Properties(key), PropertyChanges.Of(journal.Properties).Encode());
        return CommandOutcome.Ok(new byte[] { 1 });
    }

    private static void DeleteSegments(ReadOnlySpan<byte> key, JournalHeader header, IStateTransaction state)
    {
        for (var place = header.First; place < header.End; place++)
            state.Delete(JournalKeys.Segment(key, place));
    }

    private static JournalHeader? Find(ReadOnlySpan<byte> key, IStateTransaction state) =>
        state.TryGet(key, out var record) ? JournalHeader.Decode(record.Value.Span) : null;
}
