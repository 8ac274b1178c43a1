using Orleans;
using Orleans.Replication;

namespace UpgradeSilo;

/// <summary>A counter, served by the caller's own silo.</summary>
public interface ICounterGrain : IGrainWithStringKey
{
    ValueTask<long> Add(int sequence);

    ValueTask<Counter> Read();

#if VERSION_2
    ValueTask<long> Reset();
#endif
}

/// <inheritdoc cref="ICounterGrain"/>
[Replicated]
public sealed class CounterGrain([ReplicatedState("counter")] IReplicatedState<Counter> counter) : Grain, ICounterGrain
{
    public ValueTask<long> Add(int sequence) => counter.ApplyAsync(new Add(sequence, 1));

    public ValueTask<Counter> Read() => counter.ReadAsync();

#if VERSION_2
    public ValueTask<long> Reset() => counter.ApplyAsync(new Reset());
#endif
}
