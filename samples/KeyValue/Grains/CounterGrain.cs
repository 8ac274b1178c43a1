using Orleans.Replication;

namespace KeyValue.Grains;

/// <summary>A counter whose additions are replicated operations: what goes into the log is "add 3", not the sum.</summary>
[Replicated]
public sealed class CounterGrain([ReplicatedState("count")] IReplicatedState<Count> count) : Grain, ICounterGrain
{
    /// <inheritdoc/>
    public ValueTask<long> Get(ReadConsistency consistency) => count.ReadAsync(state => state.Value, consistency);

    /// <inheritdoc/>
    public ValueTask<long> Add(long amount) => count.ApplyAsync(new Add(amount));
}
