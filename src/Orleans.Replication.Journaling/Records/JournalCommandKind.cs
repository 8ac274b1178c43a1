namespace Orleans.Replication.Journaling.Records;

/// <summary>What a command does. Part of the log.</summary>
internal enum JournalCommandKind : byte
{
    /// <summary>Adds a segment, and makes the journal when there is none.</summary>
    Append = 1,

    /// <summary>Puts one segment in the place of all.</summary>
    Replace = 2,

    /// <summary>Removes the journal and its properties.</summary>
    Delete = 3,

    /// <summary>Makes a journal without segments.</summary>
    Create = 4,

    /// <summary>Sets and removes properties.</summary>
    Update = 5,
}
