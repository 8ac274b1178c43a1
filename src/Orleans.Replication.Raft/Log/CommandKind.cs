namespace Orleans.Replication.Raft.Log;

/// <summary>What a command in the log is for. The values are part of the format.</summary>
internal enum CommandKind : byte
{
    /// <summary>Runs in a table, once per session and sequence number.</summary>
    Apply = 0,

    /// <summary>Opens a session. Its id is the command's index; the sequence number is a nonce by which the opener knows its own.</summary>
    OpenSession = 1,
}
