using Orleans.Replication;

namespace KeyValue.Grains;

/// <summary>Adds to a counter and answers its new value, on every replica in the same order.</summary>
[GenerateSerializer]
[Immutable]
[Alias("KeyValue.Add")]
public sealed record Add([property: Id(0)] long Amount) : IReplicatedOperation<Count, long>
{
    /// <inheritdoc/>
    /// <exception cref="OverflowException">The sum does not fit: the operation is rejected everywhere.</exception>
    public OperationResult<Count, long> Apply(Count state, in OperationContext context)
    {
        var sum = checked(state.Value + Amount);
        return (new Count { Value = sum }, sum);
    }
}
