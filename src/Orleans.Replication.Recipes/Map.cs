using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// A map from text to values. It is read and written whole: for some hundred small values. For more, use more maps, or a grain of your own for each value.
/// </summary>
/// <typeparam name="TValue">The values: a type that Orleans can serialize, immutable, and not null.</typeparam>
[Alias("Orleans.Replication.Recipes.IMapGrain`1")]
public interface IMapGrain<TValue> : IGrainWithStringKey
    where TValue : notnull
{
    /// <summary>Reads one value on the caller's own silo.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<MapEntry<TValue>> Get(string key, ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>Reads everything, as it was at one moment, in the ordinal order of the keys.</summary>
    [ReadOnly]
    [Alias("GetAll")]
    ValueTask<ImmutableSortedDictionary<string, TValue>> GetAll(ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>Writes a value.</summary>
    /// <returns>What was there before.</returns>
    [Alias("Set")]
    ValueTask<MapEntry<TValue>> Set(string key, TValue value);

    /// <summary>Writes a value where there is none: of several callers, one succeeds.</summary>
    /// <returns>Whether there was none.</returns>
    [Alias("TryAdd")]
    ValueTask<bool> TryAdd(string key, TValue value);

    /// <summary>Removes a value.</summary>
    /// <returns>What was there before: of several callers, one gets it.</returns>
    [Alias("Remove")]
    ValueTask<MapEntry<TValue>> Remove(string key);
}

/// <summary>A value of a map, or that there is none.</summary>
/// <param name="Exists">Whether there is one.</param>
/// <param name="Value">The value; the default when there is none.</param>
/// <typeparam name="TValue">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.MapEntry`1")]
public readonly record struct MapEntry<TValue>([property: Id(0)] bool Exists, [property: Id(1)] TValue? Value);

/// <inheritdoc cref="IMapGrain{TValue}"/>
[Replicated]
internal sealed class MapGrain<TValue>([ReplicatedState("map")] IReplicatedState<MapState<TValue>> map) : Grain, IMapGrain<TValue>
    where TValue : notnull
{
    public ValueTask<MapEntry<TValue>> Get(string key, ReadConsistency consistency) => map.ReadAsync(state => state.Find(key), consistency);

    public ValueTask<ImmutableSortedDictionary<string, TValue>> GetAll(ReadConsistency consistency) => map.ReadAsync(state => state.Values, consistency);

    public ValueTask<MapEntry<TValue>> Set(string key, TValue value) => map.ApplyAsync(new SetInMap<TValue>(key, value));

    public ValueTask<bool> TryAdd(string key, TValue value) => map.ApplyAsync(new AddToMap<TValue>(key, value));

    public ValueTask<MapEntry<TValue>> Remove(string key) => map.ApplyAsync(new RemoveFromMap<TValue>(key));
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.MapState`1")]
internal sealed record MapState<TValue>
    where TValue : notnull
{
    // Sorted, and by bytes: the replicas have to be equal, whatever the culture of their silo.
    [Id(0)] public ImmutableSortedDictionary<string, TValue> Values { get; init; } = ImmutableSortedDictionary.Create<string, TValue>(StringComparer.Ordinal);

    public MapEntry<TValue> Find(string key) => Values.TryGetValue(key, out var value) ? new(true, value) : default;
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SetInMap`1")]
internal sealed record SetInMap<TValue>([property: Id(0)] string Key, [property: Id(1)] TValue Value) : IReplicatedOperation<MapState<TValue>, MapEntry<TValue>>
    where TValue : notnull
{
    public OperationResult<MapState<TValue>, MapEntry<TValue>> Apply(MapState<TValue> state, in OperationContext context) =>
        (state with { Values = state.Values.SetItem(Key, Value) }, state.Find(Key));
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.AddToMap`1")]
internal sealed record AddToMap<TValue>([property: Id(0)] string Key, [property: Id(1)] TValue Value) : IReplicatedOperation<MapState<TValue>, bool>
    where TValue : notnull
{
    public OperationResult<MapState<TValue>, bool> Apply(MapState<TValue> state, in OperationContext context) =>
        state.Values.ContainsKey(Key) ? (state, false) : (state with { Values = state.Values.Add(Key, Value) }, true);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RemoveFromMap`1")]
internal sealed record RemoveFromMap<TValue>([property: Id(0)] string Key) : IReplicatedOperation<MapState<TValue>, MapEntry<TValue>>
    where TValue : notnull
{
    public OperationResult<MapState<TValue>, MapEntry<TValue>> Apply(MapState<TValue> state, in OperationContext context) =>
        state.Values.ContainsKey(Key) ? (state with { Values = state.Values.Remove(Key) }, state.Find(Key)) : (state, default);
}
