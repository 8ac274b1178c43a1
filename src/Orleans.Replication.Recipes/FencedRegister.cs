using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// A value that only the holder of a lock may write: the other half of <see cref="ILockGrain"/>, and the pattern for every resource that a lock protects. It remembers
/// the greatest fencing token it has seen, and refuses less. A holder that slept through the end of its lease is refused, whatever it believes.
/// </summary>
/// <remarks>
/// A new holder calls <see cref="Fence"/> first. From then on no write of an earlier holder can come in between; without it, one could until the new holder's
/// first write.
/// </remarks>
/// <typeparam name="TValue">The value: a type that Orleans can serialize, immutable.</typeparam>
[Alias("Orleans.Replication.Recipes.IFencedRegisterGrain`1")]
public interface IFencedRegisterGrain<TValue> : IGrainWithStringKey
{
    /// <summary>Reads the value, and the token that wrote it.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<FencedValue<TValue>> Get(ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>Shuts every holder out that has a lesser token.</summary>
    /// <returns>Whether the token is not less than the greatest seen; the value that the new holder begins with is in it.</returns>
    [Alias("Fence")]
    ValueTask<FencedWrite<TValue>> Fence(long token);

    /// <summary>Writes the value.</summary>
    /// <returns>Whether it was written. If not, the caller does not hold the lock any more, and has to stop.</returns>
    [Alias("Write")]
    ValueTask<FencedWrite<TValue>> Write(long token, TValue value);
}

/// <summary>A value behind a fence.</summary>
/// <param name="Value">The value; the default when it was never written.</param>
/// <param name="WrittenBy">The token that wrote it; 0 when it was never written.</param>
/// <param name="Fence">The greatest token seen: lesser ones are refused.</param>
/// <typeparam name="TValue">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.FencedValue`1")]
public readonly record struct FencedValue<TValue>([property: Id(0)] TValue? Value, [property: Id(1)] long WrittenBy, [property: Id(2)] long Fence);

/// <summary>How a call with a token ended.</summary>
/// <param name="Accepted">Whether the token was good.</param>
/// <param name="Current">What is there now.</param>
/// <typeparam name="TValue">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.FencedWrite`1")]
public readonly record struct FencedWrite<TValue>([property: Id(0)] bool Accepted, [property: Id(1)] FencedValue<TValue> Current);

/// <inheritdoc cref="IFencedRegisterGrain{TValue}"/>
[Replicated]
internal sealed class FencedRegisterGrain<TValue>([ReplicatedState("fenced")] IReplicatedState<FencedState<TValue>> register) : Grain, IFencedRegisterGrain<TValue>
{
    public ValueTask<FencedValue<TValue>> Get(ReadConsistency consistency) => register.ReadAsync(state => state.Current, consistency);

    public ValueTask<FencedWrite<TValue>> Fence(long token) => register.ApplyAsync(new RaiseFence<TValue>(token));

    public ValueTask<FencedWrite<TValue>> Write(long token, TValue value) => register.ApplyAsync(new WriteFenced<TValue>(token, value));
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.FencedState`1")]
internal sealed record FencedState<TValue>
{
    [Id(0)] public FencedValue<TValue> Current { get; init; }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RaiseFence`1")]
internal sealed record RaiseFence<TValue>([property: Id(0)] long Token) : IReplicatedOperation<FencedState<TValue>, FencedWrite<TValue>>
{
    public OperationResult<FencedState<TValue>, FencedWrite<TValue>> Apply(FencedState<TValue> state, in OperationContext context)
    {
        if (Token <= state.Current.Fence)
            return (state, new(Token == state.Current.Fence, state.Current));
        var raised = state.Current with { Fence = Token };
        return (new FencedState<TValue> { Current = raised }, new(true, raised));
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.WriteFenced`1")]
internal sealed record WriteFenced<TValue>([property: Id(0)] long Token, [property: Id(1)] TValue Value) : IReplicatedOperation<FencedState<TValue>, FencedWrite<TValue>>
{
    public OperationResult<FencedState<TValue>, FencedWrite<TValue>> Apply(FencedState<TValue> state, in OperationContext context)
    {
        if (Token < state.Current.Fence)
            return (state, new(false, state.Current));
        var written = new FencedValue<TValue>(Value, Token, Token);
        return (new FencedState<TValue> { Current = written }, new(true, written));
    }
}
