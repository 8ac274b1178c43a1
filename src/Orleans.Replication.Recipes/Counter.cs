using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>A number that many add to at once, each addition exactly once. It begins at 0.</summary>
[Alias("Orleans.Replication.Recipes.ICounterGrain")]
public interface ICounterGrain : IGrainWithStringKey
{
    /// <summary>Reads the counter on the caller's own silo.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<long> Get(ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>Adds to the counter; a negative amount takes away.</summary>
    /// <returns>The value that this addition made: no two callers get the same one as long as all amounts have one sign.</returns>
    /// <exception cref="OperationRejectedException">The sum does not fit into 64 bits; the counter stays as it was.</exception>
    [Alias("Add")]
    ValueTask<long> Add(long amount = 1);

    /// <summary>Sets the counter to 0.</summary>
    /// <returns>What it was: the sum of every addition since the last reset, none of them left out or taken twice.</returns>
    [Alias("Reset")]
    ValueTask<long> Reset();
}

/// <inheritdoc cref="ICounterGrain"/>
[Replicated]
internal sealed class CounterGrain([ReplicatedState("counter")] IReplicatedState<CounterState> counter) : Grain, ICounterGrain
{
    public ValueTask<long> Get(ReadConsistency consistency) => counter.ReadAsync(state => state.Value, consistency);

    public ValueTask<long> Add(long amount) => counter.ApplyAsync(new AddToCounter(amount));

    public ValueTask<long> Reset() => counter.ApplyAsync(new ResetCounter());
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.CounterState")]
internal sealed record CounterState
{
    [Id(0)] public long Value { get; init; }
}

/// <summary>What goes into the log is "add 3", not the sum: additions from different silos do not overwrite each other.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.AddToCounter")]
internal sealed record AddToCounter([property: Id(0)] long Amount) : IReplicatedOperation<CounterState, long>
{
    public OperationResult<CounterState, long> Apply(CounterState state, in OperationContext context)
    {
        var sum = checked(state.Value + Amount);
        return (new CounterState { Value = sum }, sum);
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ResetCounter")]
internal sealed record ResetCounter : IReplicatedOperation<CounterState, long>
{
    public OperationResult<CounterState, long> Apply(CounterState state, in OperationContext context) => (new CounterState(), state.Value);
}
