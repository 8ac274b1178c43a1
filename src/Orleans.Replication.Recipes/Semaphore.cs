using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// A number of permits, each held for a time (a lease): at most so many do something at once. Everything that <see cref="ILockGrain"/> says about leases, clocks
/// and tokens holds here too. It begins with no permits.
/// </summary>
[Alias("Orleans.Replication.Recipes.ISemaphoreGrain")]
public interface ISemaphoreGrain : IGrainWithStringKey
{
    /// <summary>Says how many permits there are: 0 to 10,000. Those who hold one keep it, also when there are fewer now.</summary>
    [Alias("SetPermits")]
    ValueTask SetPermits(int permits);

    /// <summary>Takes a permit if one is free, or a lease is over. Does not wait for it.</summary>
    /// <param name="owner">Who wants it: a name that nobody else has. If the same owner has one already, its lease begins anew with the same token.</param>
    /// <param name="lease">How long it is held unless it is renewed: 10 ms to 1 day.</param>
    /// <returns>The permit; null when all are held.</returns>
    [Alias("TryAcquire")]
    ValueTask<LockGrant?> TryAcquire(string owner, TimeSpan lease);

    /// <summary>Begins a lease anew.</summary>
    /// <returns>The permit; null when the lease was over already: the holder has to stop what it does.</returns>
    [Alias("Renew")]
    ValueTask<LockGrant?> Renew(string owner, long token, TimeSpan lease);

    /// <summary>Gives a permit back.</summary>
    /// <returns>False when it was not held with this token any more.</returns>
    [Alias("Release")]
    ValueTask<bool> Release(string owner, long token);

    /// <summary>How many permits there are, and who has them; those whose lease is over may still be among them.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<SemaphoreStatus> Get(ReadConsistency consistency = ReadConsistency.Linearizable);
}

/// <summary>A semaphore at one moment.</summary>
/// <param name="Permits">How many permits there are.</param>
/// <param name="Holders">Who has one, in the order of their tokens.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SemaphoreStatus")]
public sealed record SemaphoreStatus([property: Id(0)] int Permits, [property: Id(1)] ImmutableArray<LockGrant> Holders);

/// <inheritdoc cref="ISemaphoreGrain"/>
[Replicated]
internal sealed class SemaphoreGrain([ReplicatedState("semaphore")] IReplicatedState<SemaphoreState> semaphore) : Grain, ISemaphoreGrain
{
    public async ValueTask SetPermits(int permits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, 10_000);
        await semaphore.ApplyAsync(new SetPermits(permits));
    }

    public ValueTask<LockGrant?> TryAcquire(string owner, TimeSpan lease) => semaphore.ApplyAsync(new AcquirePermit(owner, Lease.Check(lease)));

    public ValueTask<LockGrant?> Renew(string owner, long token, TimeSpan lease) => semaphore.ApplyAsync(new RenewPermit(owner, token, Lease.Check(lease)));

    public ValueTask<bool> Release(string owner, long token) => semaphore.ApplyAsync(new ReleasePermit(owner, token));

    public ValueTask<SemaphoreStatus> Get(ReadConsistency consistency) =>
        semaphore.ReadAsync(state => new SemaphoreStatus(state.Permits, state.Holders), consistency);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SemaphoreState")]
internal sealed record SemaphoreState
{
    [Id(0)] public int Permits { get; init; }

    [Id(1)] public ImmutableArray<LockGrant> Holders { get; init; } = [];

    /// <summary>Without those whose lease is over, by the clock of the log.</summary>
    public SemaphoreState At(DateTimeOffset now) => Holders.All(holder => now < holder.ExpiresAt)
        ? this
        : this with { Holders = Holders.RemoveAll(holder => now >= holder.ExpiresAt) };

    public LockGrant? Find(string owner) => Holders.FirstOrDefault(holder => holder.Owner == owner);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SetPermits")]
internal sealed record SetPermits([property: Id(0)] int Permits) : IReplicatedOperation<SemaphoreState, int>
{
    public OperationResult<SemaphoreState, int> Apply(SemaphoreState state, in OperationContext context) => (state with { Permits = Permits }, Permits);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.AcquirePermit")]
internal sealed record AcquirePermit([property: Id(0)] string Owner, [property: Id(1)] TimeSpan Lease) : IReplicatedOperation<SemaphoreState, LockGrant?>
{
    public OperationResult<SemaphoreState, LockGrant?> Apply(SemaphoreState state, in OperationContext context)
    {
        var now = state.At(context.Timestamp);
        if (now.Find(Owner) is { } held)
        {
            var renewed = held with { ExpiresAt = context.Timestamp + Lease };
            return (now with { Holders = now.Holders.Replace(held, renewed) }, renewed);
        }

        if (now.Holders.Length >= now.Permits)
            return (now, null);
        var grant = new LockGrant(Owner, context.Index, context.Timestamp + Lease);
        return (now with { Holders = now.Holders.Add(grant) }, grant);
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RenewPermit")]
internal sealed record RenewPermit([property: Id(0)] string Owner, [property: Id(1)] long Token, [property: Id(2)] TimeSpan Lease)
    : IReplicatedOperation<SemaphoreState, LockGrant?>
{
    public OperationResult<SemaphoreState, LockGrant?> Apply(SemaphoreState state, in OperationContext context)
    {
        var now = state.At(context.Timestamp);
        if (now.Find(Owner) is not { } held || held.Token != Token)
            return (now, null);
        var renewed = held with { ExpiresAt = context.Timestamp + Lease };
        return (now with { Holders = now.Holders.Replace(held, renewed) }, renewed);
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ReleasePermit")]
internal sealed record ReleasePermit([property: Id(0)] string Owner, [property: Id(1)] long Token) : IReplicatedOperation<SemaphoreState, bool>
{
    public OperationResult<SemaphoreState, bool> Apply(SemaphoreState state, in OperationContext context)
    {
        var now = state.At(context.Timestamp);
        return now.Find(Owner) is { } held && held.Token == Token ? (now with { Holders = now.Holders.Remove(held) }, true) : (now, false);
    }
}
