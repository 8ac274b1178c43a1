using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Reminders.Records;

/// <summary>The replicated side of the reminder table: one record for each reminder, in the order of <see cref="ReminderKeys"/>.</summary>
internal sealed class ReminderStateTable : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "reminders";

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>Runs a command whose condition, the record's version, was already checked by the group.</summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length < ReminderRecord.HeaderBytes)
            return CommandOutcome.Rejected();
        if (payload[0] != ReminderRecord.Format)
            throw new NotSupportedException($"A reminder command has format {payload[0]}; this version of the software knows {ReminderRecord.Format}.");

        switch ((ReminderRecordKind)payload[1])
        {
            case ReminderRecordKind.Reminder when ReminderRecord.IsValid(payload):
                state.Put(context.Key, payload);
                return CommandOutcome.Ok();
            case ReminderRecordKind.Removal when payload.Length == ReminderRecord.HeaderBytes:
                state.Delete(context.Key);
                return CommandOutcome.Ok();
            case ReminderRecordKind.Clearing when payload.Length == ReminderRecord.HeaderBytes:
                // The whole list first: deleting below an open scan is not part of the transaction's contract.
                foreach (var (key, _) in state.Scan(context.Key.ToArray()).ToList())
                    state.Delete(key.Span);
                return CommandOutcome.Ok();
            default:
                return CommandOutcome.Rejected();
        }
    }

    /// <inheritdoc/>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return bytes.Length >= ReminderRecord.HeaderBytes
            && bytes[0] == ReminderRecord.Format
            && (ReminderRecordKind)bytes[1] switch
            {
                ReminderRecordKind.Reminder => ReminderRecord.IsValid(bytes) && ReminderKeys.IsReminder(key),
                ReminderRecordKind.Removal => bytes.Length == ReminderRecord.HeaderBytes && ReminderKeys.IsReminder(key),
                ReminderRecordKind.Clearing => bytes.Length == ReminderRecord.HeaderBytes && ReminderKeys.IsService(key),
                _ => false,
            };
    }

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }
}
