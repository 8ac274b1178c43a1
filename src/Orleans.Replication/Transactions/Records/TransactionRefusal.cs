namespace Orleans.Replication.Transactions.Records;

/// <summary>Why a change was refused: the one byte of a refused command's answer.</summary>
internal enum TransactionRefusal : byte
{
    /// <summary>The command could not be read. Only software of another version sends such.</summary>
    Malformed = 0,

    /// <summary>There is no prepared state of the number to commit.</summary>
    NotPrepared = 1,
}
