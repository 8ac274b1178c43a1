using Orleans.Replication.Tests.Grains;

namespace Orleans.Replication.Tests.States.Versions;

/// <summary>Adds its amount as often as the version in force says.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Weigh")]
public sealed record Weigh([property: Id(0)] long Amount) : IReplicatedOperation<Basket, long>
{
    /// <inheritdoc/>
    public OperationResult<Basket, long> Apply(Basket state, in OperationContext context)
    {
        var total = state.Total + (context.Version * Amount);
        return (state with { Total = total }, total);
    }
}

/// <summary>An operation of version 2.</summary>
[GenerateSerializer, Immutable, SinceVersion(2)]
[Alias("Tests.Second")]
public sealed record Second : IReplicatedOperation<Basket, int>
{
    /// <inheritdoc/>
    public OperationResult<Basket, int> Apply(Basket state, in OperationContext context) => (state with { Total = state.Total + 1 }, context.Version);
}

/// <summary>An operation of a version that no silo of these tests has.</summary>
[GenerateSerializer, Immutable, SinceVersion(9)]
[Alias("Tests.Ninth")]
public sealed record Ninth : IReplicatedOperation<Basket, int>
{
    /// <inheritdoc/>
    public OperationResult<Basket, int> Apply(Basket state, in OperationContext context) => (state, context.Version);
}
