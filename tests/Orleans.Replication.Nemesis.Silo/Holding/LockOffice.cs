using Orleans.Replication.Recipes;

namespace Orleans.Replication.Nemesis.Silo.Holding;

/// <summary>The recipe's lock.</summary>
internal sealed class LockOffice(IGrainFactory grains, string owner, TimeSpan lease) : IOffice
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILockGrain _lock = grains.GetGrain<ILockGrain>("held");

    public TimeSpan Lease => lease;

    public async ValueTask<long?> TakeAsync(CancellationToken stop) => (await _lock.Acquire(owner, lease, Patience, stop))?.Token;

    public async ValueTask<bool> RenewAsync(long token) => await _lock.Renew(owner, token, lease) is not null;
}
