using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Grains;

/// <summary>The same calls to a replicated and to an ordinary grain.</summary>
public interface IBasketGrain : IGrainWithStringKey
{
    ValueTask<long> Add(long amount, string? item = null);

    ValueTask<bool> Take(long amount);

    ValueTask Fail(string reason);

    ValueTask Ambiguous();

    ValueTask<long> Write(Basket state, long? expectedVersion);

    ValueTask<bool> Clear(long? expectedVersion);

    [ReadOnly]
    ValueTask<VersionedState<Basket>> Read(ReadConsistency consistency);

    [ReadOnly]
    ValueTask<long> ReadTotal(ReadConsistency consistency);

    [ReadOnly]
    ValueTask<VersionedState<Basket>> ReadStale(TimeSpan maxStaleness);

    /// <summary>What <c>Value</c> and <c>Version</c> said when the grain was activated.</summary>
    [ReadOnly]
    ValueTask<VersionedState<Basket>> ReadAtActivation();

    [ReadOnly]
    IAsyncEnumerable<StateChange<Basket>> Watch(long? fromVersion, CancellationToken cancellationToken = default);

    [ReadOnly]
    ValueTask<Whereabouts> Where();

    /// <summary>The same after a read, for clients that may ask any silo.</summary>
    [ReadOnly, AnyReplica]
    ValueTask<(Whereabouts Where, long Total)> ReadAnywhere(ReadConsistency consistency);
}

/// <summary>Served by the caller's own silo.</summary>
public interface IReplicatedBasketGrain : IBasketGrain;

/// <summary>The same in a group of its own.</summary>
public interface IPreciousBasketGrain : IBasketGrain;

/// <summary>One in the cluster.</summary>
public interface IOrdinaryBasketGrain : IBasketGrain;

/// <summary>Which silo and which activation served a call.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Whereabouts")]
public sealed record Whereabouts([property: Id(0)] SiloAddress Silo, [property: Id(1)] ActivationId Activation);
