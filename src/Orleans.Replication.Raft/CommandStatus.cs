namespace Orleans.Replication.Raft;

/// <summary>How a command ended. Every replica comes to the same answer.</summary>
public enum CommandStatus
{
    /// <summary>It was applied.</summary>
    Ok = 0,

    /// <summary>The record's version was not the expected one; nothing was changed.</summary>
    VersionMismatch = 1,

    /// <summary>The table refused it; nothing was changed. The payload says why, in the table's own language.</summary>
    Rejected = 2,
}
