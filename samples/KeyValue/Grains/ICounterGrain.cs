using Orleans.Concurrency;
using Orleans.Replication;

namespace KeyValue.Grains;

/// <summary>One counter, which begins at 0.</summary>
[Alias("KeyValue.ICounterGrain")]
public interface ICounterGrain : IGrainWithStringKey
{
    /// <summary>Reads the counter.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<long> Get(ReadConsistency consistency);

    /// <summary>Adds to the counter, exactly once.</summary>
    /// <returns>Its new value.</returns>
    /// <exception cref="OperationRejectedException">The sum does not fit; the counter stays as it was.</exception>
    [Alias("Add")]
    ValueTask<long> Add(long amount);
}
