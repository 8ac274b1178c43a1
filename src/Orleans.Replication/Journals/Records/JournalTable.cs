using System.Buffers.Binary;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journals.Records;

/// <summary>
/// The journals of a group. An append writes its events and a header of fixed size, however long the journal is. Clearing is done in steps, so that
/// a long journal does not hold up the group; the first step makes it empty to everybody.
/// </summary>
internal sealed class JournalTable(JournalFeed feed) : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "journals";

    /// <summary>How many events one command removes. The same on every replica of every version.</summary>
    public const int ClearedAtOnce = 4096;

    private bool _isReplaced;
    private long _lastCommand;

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>Tells of every change on this replica.</summary>
    public JournalFeed Feed => feed;

    /// <summary>The index of the last command that this replica has run. Every change up to it was told.</summary>
    public long LastCommand => Volatile.Read(ref _lastCommand);

    /// <summary>Runs a command whose condition, the header's version, was already checked by the group.</summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length < JournalFormat.CommandHeaderBytes || !JournalKeys.IsHeader(context.Key))
            return Refuse(JournalRefusal.Malformed);
        if (payload[0] != JournalFormat.Version)
            throw new NotSupportedException($"A journal command has format {payload[0]}; this version of the software knows {JournalFormat.Version}.");

        var outcome = (JournalCommandKind)payload[1] switch
        {
            JournalCommandKind.Append => Append(context, state),
            JournalCommandKind.Clear when payload.Length == JournalFormat.CommandHeaderBytes => Clear(context.Key, state),
            _ => Refuse(JournalRefusal.Malformed),
        };
        if (outcome.Accepted)
            feed.Changed(context.Key, context.Index);
        return outcome;
    }

    /// <inheritdoc/>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return bytes.Length >= JournalFormat.CommandHeaderBytes
            && bytes[0] == JournalFormat.Version
            && JournalKeys.IsOfJournal(key)
            && (JournalCommandKind)bytes[1] switch
            {
                JournalCommandKind.Append => JournalFormat.TryReadAppend(bytes, out _, out _),
                JournalCommandKind.Clear => bytes.Length == JournalFormat.CommandHeaderBytes,
                _ => false,
            };
    }

    /// <summary>Nothing is cached. What was changed by commands that this replica has not run itself, nobody was told.</summary>
    public void Reset() => _isReplaced = true;

    /// <inheritdoc/>
    public void Applied(long lastCommand)
    {
        Volatile.Write(ref _lastCommand, lastCommand);
        if (!_isReplaced)
            return;
        _isReplaced = false;
        feed.AnyChanged(lastCommand);
    }

    private static CommandOutcome Append(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (!JournalFormat.TryReadAppend(payload, out var batch, out var events))
            return Refuse(JournalRefusal.Malformed);
        var header = Find(context.Key, state) ?? new JournalHeader(context.Index, 0, false);
        if (header.Clearing)
            return Refuse(JournalRefusal.Clearing);
        if (header.Count > int.MaxValue - events.Count)
            return Refuse(JournalRefusal.Full);

        for (var i = 0; i < events.Count; i++)
            state.Put(JournalKeys.Event(context.Key, header.Count + i), JournalEvent.Encode(i == 0 ? batch : null, payload[events[i]]));
        state.Put(context.Key, (header with { Count = header.Count + events.Count }).Encode());
        return CommandOutcome.Ok();
    }

    /// <summary>Answers how many events are left.</summary>
    private static CommandOutcome Clear(ReadOnlySpan<byte> key, IStateTransaction state)
    {
        var left = 0L;
        if (Find(key, state) is { } header)
        {
            left = Math.Max(0, header.Count - ClearedAtOnce);
            for (var place = left; place < header.Count; place++)
                state.Delete(JournalKeys.Event(key, place));
            if (left == 0)
                state.Delete(key);
            else
                state.Put(key, (header with { Count = left, Clearing = true }).Encode());
        }

        var answer = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(answer, left);
        return CommandOutcome.Ok(answer);
    }

    private static JournalHeader? Find(ReadOnlySpan<byte> key, IStateTransaction state) =>
        state.TryGet(key, out var record) ? JournalHeader.Decode(record.Value.Span) : null;

    private static CommandOutcome Refuse(JournalRefusal reason) => CommandOutcome.Rejected(new[] { (byte)reason });
}
