using System.Globalization;

namespace Orleans.Replication.Tests.Grains;

/// <summary>Takes only what is there; otherwise it throws.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Spend")]
public sealed record Spend([property: Id(0)] long Amount) : IReplicatedOperation<Basket, long>
{
    /// <inheritdoc/>
    public OperationResult<Basket, long> Apply(Basket state, in OperationContext context) => state.Total < Amount
        ? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{Amount} of {state.Total}"))
        : (state with { Total = state.Total - Amount, Last = new Seen(context.Index, context.Timestamp, context.GrainId, context.Seed) }, state.Total - Amount);
}

/// <summary>Answers the total, and changes nothing.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Look")]
public sealed record Look : IReplicatedOperation<Basket, long>
{
    /// <inheritdoc/>
    public OperationResult<Basket, long> Apply(Basket state, in OperationContext context) => (state, state.Total);
}
