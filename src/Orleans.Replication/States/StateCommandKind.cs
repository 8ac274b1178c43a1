namespace Orleans.Replication.States;

/// <summary>What a <see cref="StateCommand"/> asks for. The numbers are in the log: never reuse one.</summary>
internal enum StateCommandKind : byte
{
    /// <summary>Run an operation on the state.</summary>
    Apply = 1,

    /// <summary>Replace the state.</summary>
    Write = 2,

    /// <summary>Delete the state. The answer is one byte: 1 when there was one.</summary>
    Clear = 3,

    /// <summary>Conditions and steps on several states, all or nothing. The command's own key is empty. The answer is a <see cref="Transactions.TransactionAnswer"/>.</summary>
    Transact = 4,

    /// <summary>Raise the version of the operations that is in force. The command's own key is empty. The answer is the version afterwards, as in the record (<see cref="Versions.VersionRecord"/>).</summary>
    RaiseVersion = 5,
}
