using Orleans.Replication.Recipes;

namespace Orleans.Replication.Nemesis.Silo.Holding;

/// <summary>The recipe's election: its term is the token. That a lease ends by itself is no event, so candidates ask again.</summary>
internal sealed class ElectionOffice(IGrainFactory grains, string candidate, TimeSpan lease) : IOffice
{
    private readonly IElectionGrain _election = grains.GetGrain<IElectionGrain>("held");

    public TimeSpan Lease => lease;

    public async ValueTask<long?> TakeAsync(CancellationToken stop)
    {
        var leadership = await _election.Campaign(candidate, lease);
        if (leadership.Leader == candidate)
            return leadership.Term;
        await Task.Delay(lease / 10, stop);
        return null;
    }

    public ValueTask<bool> RenewAsync(long token) => _election.Renew(candidate, token, lease);
}
