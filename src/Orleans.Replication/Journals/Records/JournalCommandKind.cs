namespace Orleans.Replication.Journals.Records;

/// <summary>What a command does. Part of the log.</summary>
internal enum JournalCommandKind : byte
{
    /// <summary>Appends events.</summary>
    Append = 1,

    /// <summary>Removes events, the last ones first, up to a limit; the journal counts as empty from then on.</summary>
    Clear = 2,
}
