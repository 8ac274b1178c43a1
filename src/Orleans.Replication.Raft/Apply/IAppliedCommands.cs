namespace Orleans.Replication.Raft.Apply;

/// <summary>Hears of every command after its effect is part of the local state. Called by the thread that applies.</summary>
internal interface IAppliedCommands
{
    /// <summary>A session was opened.</summary>
    void OnSessionOpened(ulong nonce, ulong session);

    /// <summary>A command has its result.</summary>
    void OnApplied(ulong session, ulong sequence, in CommandResult result);

    /// <summary>A command was refused unread: its session has ended, or its number was finished before (SAFETY 7).</summary>
    void OnSessionUnknown(ulong session, ulong sequence);
}
