using Orleans.Replication.Tests.Storage;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Tests.Transactions;

/// <inheritdoc cref="IAccountGrain"/>
public sealed class AccountGrain([TransactionalState("balance")] ITransactionalState<Vault> balance) : Grain, IAccountGrain
{
    /// <inheritdoc/>
    public Task AddAsync(int amount) => balance.PerformUpdate(vault =>
    {
        if (vault.Amount + amount < 0)
            throw new InvalidOperationException("Not enough on the account.");
        vault.Amount += amount;
    });

    /// <inheritdoc/>
    public Task<int> GetAsync() => balance.PerformRead(vault => vault.Amount);
}
