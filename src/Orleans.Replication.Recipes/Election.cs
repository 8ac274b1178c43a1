using System.Runtime.CompilerServices;
using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// Elects one of several candidates, and tells everybody who it is. It is a lock with observers: the term is the fencing token of its holder, and everything that
/// <see cref="ILockGrain"/> says about leases, clocks and tokens holds here too. A leader that acts on something shared sends its term along.
/// </summary>
[Alias("Orleans.Replication.Recipes.IElectionGrain")]
public interface IElectionGrain : IGrainWithStringKey
{
    /// <summary>Becomes the leader if there is none, or its lease is over; a leader that calls it again keeps its term.</summary>
    /// <param name="candidate">Who: a name that nobody else has.</param>
    /// <param name="lease">How long to lead unless it is renewed: 10 ms to 1 day.</param>
    /// <returns>Who leads now: the candidate, or another.</returns>
    [Alias("Campaign")]
    ValueTask<Leadership> Campaign(string candidate, TimeSpan lease);

    /// <summary>Begins the leader's lease anew.</summary>
    /// <returns>False when the term has ended: the caller leads no longer, and has to stop what only a leader does.</returns>
    [Alias("Renew")]
    ValueTask<bool> Renew(string candidate, long term, TimeSpan lease);

    /// <summary>Steps down, so that another can lead at once.</summary>
    /// <returns>False when the term has ended already.</returns>
    [Alias("Resign")]
    ValueTask<bool> Resign(string candidate, long term);

    /// <summary>Who leads; the last leader when its lease is over and nobody else was elected since.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<Leadership> Get(ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>
    /// Who leads now, and every change from then on: an election or a resignation, but no renewal. That a lease ends by itself is no event; the next election is.
    /// </summary>
    [ReadOnly]
    [Alias("Observe")]
    IAsyncEnumerable<Leadership> Observe(CancellationToken cancellationToken = default);
}

/// <summary>Who leads.</summary>
/// <param name="Leader">The leader; null when there is none.</param>
/// <param name="Term">The term, which is the fencing token: greater than that of every leader before. 0 when there is none.</param>
/// <param name="ExpiresAt">When the lease is over, by the log's clock, unless it is renewed.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.Leadership")]
public readonly record struct Leadership([property: Id(0)] string? Leader, [property: Id(1)] long Term, [property: Id(2)] DateTimeOffset ExpiresAt)
{
    internal static Leadership Of(LockGrant? grant) => grant is null ? default : new(grant.Owner, grant.Token, grant.ExpiresAt);
}

/// <inheritdoc cref="IElectionGrain"/>
[Replicated]
internal sealed class ElectionGrain([ReplicatedState("election")] IReplicatedState<LockState> state) : Grain, IElectionGrain
{
    public async ValueTask<Leadership> Campaign(string candidate, TimeSpan lease)
    {
        // After a defeat, this silo has applied what it was defeated by.
        var won = await state.ApplyAsync(new AcquireLock(candidate, Lease.Check(lease)));
        return Leadership.Of(won ?? state.Value.Grant);
    }

    public async ValueTask<bool> Renew(string candidate, long term, TimeSpan lease) =>
        await state.ApplyAsync(new RenewLock(candidate, term, Lease.Check(lease))) is not null;

    public ValueTask<bool> Resign(string candidate, long term) => state.ApplyAsync(new ReleaseLock(candidate, term));

    public ValueTask<Leadership> Get(ReadConsistency consistency) => state.ReadAsync(now => Leadership.Of(now.Grant), consistency);

    public async IAsyncEnumerable<Leadership> Observe([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = await state.ReadVersionedAsync(cancellationToken: cancellationToken);
        var last = Leadership.Of(now.Value.Grant);
        yield return last;
        await foreach (var change in state.WatchAsync(now.Version, cancellationToken))
        {
            var next = Leadership.Of(change.Value.Grant);
            if (next.Term != last.Term)
                yield return next;
            last = next;
        }
    }
}
