using Orleans.Runtime;

namespace Orleans.Replication.Tests.Grains;

/// <summary>What both classes do.</summary>
public abstract class BasketGrain(IReplicatedState<Basket> basket, ILocalSiloDetails silo) : Grain, IBasketGrain
{
    private VersionedState<Basket> _atActivation;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _atActivation = new(basket.Value, basket.Version);
        return Task.CompletedTask;
    }

    public ValueTask<long> Add(long amount, string? item) => basket.ApplyAsync(new Add(amount, item));

    public ValueTask<bool> Take(long amount) => basket.ApplyAsync(new Take(amount));

    public async ValueTask Fail(string reason) => await basket.ApplyAsync(new Fail(reason));

    public async ValueTask Ambiguous() => await basket.ApplyAsync<int>(new Ambiguous());

    public ValueTask<long> Write(Basket state, long? expectedVersion) => basket.WriteAsync(state, expectedVersion);

    public ValueTask<bool> Clear(long? expectedVersion) => basket.ClearAsync(expectedVersion);

    public ValueTask<VersionedState<Basket>> Read(ReadConsistency consistency) => basket.ReadVersionedAsync(consistency);

    public ValueTask<long> ReadTotal(ReadConsistency consistency) => basket.ReadAsync(state => state.Total, consistency);

    public ValueTask<VersionedState<Basket>> ReadStale(TimeSpan maxStaleness) => basket.ReadStaleAsync(maxStaleness);

    public ValueTask<VersionedState<Basket>> ReadAtActivation() => new(_atActivation);

    public IAsyncEnumerable<StateChange<Basket>> Watch(long? fromVersion, CancellationToken cancellationToken) =>
        basket.WatchAsync(fromVersion, cancellationToken);

    public ValueTask<Whereabouts> Where() => new(new Whereabouts(silo.SiloAddress, GrainContext.ActivationId));

    public async ValueTask<(Whereabouts Where, long Total)> ReadAnywhere(ReadConsistency consistency)
    {
        var total = await ReadTotal(consistency);
        return (await Where(), total);
    }
}

/// <summary>Replicated.</summary>
[Replicated]
public sealed class ReplicatedBasketGrain([ReplicatedState("basket")] IReplicatedState<Basket> basket, ILocalSiloDetails silo)
    : BasketGrain(basket, silo), IReplicatedBasketGrain;

/// <summary>Ordinary, with replicated state.</summary>
public sealed class OrdinaryBasketGrain([ReplicatedState("basket")] IReplicatedState<Basket> basket, ILocalSiloDetails silo)
    : BasketGrain(basket, silo), IOrdinaryBasketGrain;

/// <summary>Replicated in a group that not every silo has.</summary>
[Replicated(Group)]
public sealed class PreciousBasketGrain([ReplicatedState("basket", PreciousBasketGrain.Group)] IReplicatedState<Basket> basket, ILocalSiloDetails silo)
    : BasketGrain(basket, silo), IPreciousBasketGrain
{
    /// <summary>The group.</summary>
    public const string Group = "precious";
}
