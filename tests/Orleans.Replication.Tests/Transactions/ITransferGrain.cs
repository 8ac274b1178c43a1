namespace Orleans.Replication.Tests.Transactions;

/// <summary>Moves money between accounts, each time in one transaction.</summary>
public interface ITransferGrain : IGrainWithIntegerKey
{
    /// <summary>Moves an amount, or nothing.</summary>
    [Transaction(TransactionOption.Create)]
    Task MoveAsync(string from, string to, int amount);
}
