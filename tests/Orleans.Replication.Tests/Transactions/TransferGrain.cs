using Orleans.Concurrency;

namespace Orleans.Replication.Tests.Transactions;

/// <inheritdoc cref="ITransferGrain"/>
[StatelessWorker]
public sealed class TransferGrain(IGrainFactory grains) : Grain, ITransferGrain
{
    /// <inheritdoc/>
    public async Task MoveAsync(string from, string to, int amount)
    {
        // Everybody locks the accounts in the same order, so that nobody waits in a circle.
        foreach (var (name, change) in new[] { (to, amount), (from, -amount) }.OrderBy(step => step.Item1, StringComparer.Ordinal))
            await grains.GetGrain<IAccountGrain>(name).AddAsync(change);
    }
}
