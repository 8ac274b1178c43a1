using Orleans;
using Orleans.Replication;

namespace UpgradeSilo;

/// <summary>Adds. From version 2 on ten times as much, so that replicas which disagree about the version have other states.</summary>
[GenerateSerializer, Immutable]
[Alias("Upgrades.Add")]
public sealed record Add([property: Id(0)] int Sequence, [property: Id(1)] long Amount) : IReplicatedOperation<Counter, long>
{
    public OperationResult<Counter, long> Apply(Counter state, in OperationContext context)
    {
#if VERSION_2
        var added = context.Version < 2 ? Amount : 10 * Amount;
#else
        var added = Amount;
#endif
        var total = state.Total + added;
        return (state with { Total = total, Steps = state.Steps.Add(new Step(Sequence, context.Index, added)) }, total);
    }
}

#if VERSION_2
/// <summary>Sets the total to nothing: an operation that release 1 does not know.</summary>
[GenerateSerializer, Immutable, SinceVersion(2)]
[Alias("Upgrades.Reset")]
public sealed record Reset : IReplicatedOperation<Counter, long>
{
    public OperationResult<Counter, long> Apply(Counter state, in OperationContext context) =>
        (state with { Total = 0, Resets = state.Resets + 1 }, state.Resets + 1);
}
#endif
