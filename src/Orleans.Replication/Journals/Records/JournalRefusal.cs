namespace Orleans.Replication.Journals.Records;

/// <summary>Why a command was refused: the one byte of a refused command's answer.</summary>
internal enum JournalRefusal : byte
{
    /// <summary>The command could not be read. Only software of another version sends such.</summary>
    Malformed = 0,

    /// <summary>The journal is being cleared, which has to come to its end first.</summary>
    Clearing = 1,

    /// <summary>The journal has as many events as a version can count.</summary>
    Full = 2,
}
