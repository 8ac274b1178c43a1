namespace Orleans.Replication.Tests.Transactions;

/// <summary>An account that takes part in transactions.</summary>
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Changes the balance; refuses, and so aborts, when it would be negative.</summary>
    [Transaction(TransactionOption.CreateOrJoin)]
    Task AddAsync(int amount);

    /// <summary>The balance.</summary>
    [Transaction(TransactionOption.CreateOrJoin)]
    Task<int> GetAsync();
}
