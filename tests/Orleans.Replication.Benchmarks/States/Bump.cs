namespace Orleans.Replication.Benchmarks.States;

/// <summary>A small operation: adds one to the counter.</summary>
[GenerateSerializer]
[Immutable]
public sealed record Bump : IReplicatedOperation<PaddedState, long>
{
    /// <inheritdoc/>
    public OperationResult<PaddedState, long> Apply(PaddedState state, in OperationContext context)
    {
        var count = state.Count + 1;
        return (state with { Count = count }, count);
    }
}
