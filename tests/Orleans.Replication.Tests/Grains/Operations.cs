namespace Orleans.Replication.Tests.Grains;

/// <summary>Adds, and answers the total.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Add")]
public sealed record Add([property: Id(0)] long Amount, [property: Id(1)] string? Item = null) : IReplicatedOperation<Basket, long>
{
    /// <inheritdoc/>
    public OperationResult<Basket, long> Apply(Basket state, in OperationContext context)
    {
        var total = checked(state.Total + Amount);
        var next = state with { Total = total, Last = new Seen(context.Index, context.Timestamp, context.GrainId, context.Seed) };
        return (Item is null ? next : next with { Items = state.Items.Add(Item) }, total);
    }
}

/// <summary>Takes only what is there; otherwise it changes nothing.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Take")]
public sealed record Take([property: Id(0)] long Amount) : IReplicatedOperation<Basket, bool>
{
    /// <inheritdoc/>
    public OperationResult<Basket, bool> Apply(Basket state, in OperationContext context) =>
        state.Total < Amount ? (state, false) : (state with { Total = state.Total - Amount }, true);
}

/// <summary>Always throws.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Fail")]
public sealed record Fail([property: Id(0)] string Reason) : IReplicatedOperation<Basket, int>
{
    /// <inheritdoc/>
    public OperationResult<Basket, int> Apply(Basket state, in OperationContext context) => throw new InvalidOperationException(Reason);
}

/// <summary>Two operations in one type.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Ambiguous")]
public sealed record Ambiguous : IReplicatedOperation<Basket, int>, IReplicatedOperation<Basket, string>
{
    OperationResult<Basket, int> IReplicatedOperation<Basket, int>.Apply(Basket state, in OperationContext context) => (state, 0);

    OperationResult<Basket, string> IReplicatedOperation<Basket, string>.Apply(Basket state, in OperationContext context) => (state, string.Empty);
}
