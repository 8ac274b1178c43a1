namespace Orleans.Replication.Storage.Records;

/// <summary>What a record, or the command that makes it, stands for. Part of the log and of the state on disk.</summary>
internal enum GrainRecordKind : byte
{
    /// <summary>A state follows.</summary>
    State = 1,

    /// <summary>The state was cleared, the record is kept.</summary>
    Tombstone = 2,

    /// <summary>The record goes away. Only in commands.</summary>
    Deletion = 3,
}
