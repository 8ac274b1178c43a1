namespace Orleans.Replication.Reminders.Records;

/// <summary>What a record, or a command, stands for. Part of the log and of the state on disk.</summary>
internal enum ReminderRecordKind : byte
{
    /// <summary>A reminder's times follow. The command that writes a record carries the record itself.</summary>
    Reminder = 1,

    /// <summary>The reminder goes away. Only in commands.</summary>
    Removal = 2,

    /// <summary>Every reminder whose key starts with the command's key goes away. Only in commands.</summary>
    Clearing = 3,
}
