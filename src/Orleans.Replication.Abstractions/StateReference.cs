using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>
/// Names one replicated state of any grain, as <see cref="IReplicationGroup"/> needs it: what <see cref="IReplicatedState{TState}.Reference"/> gives, or made from a
/// grain's id and the name in its <c>[ReplicatedState]</c>. May be sent to other silos.
/// </summary>
/// <param name="Grain">The grain whose state it is.</param>
/// <param name="StateName">The state's name within the grain.</param>
/// <param name="Group">The name of the replication group that holds it.</param>
/// <typeparam name="TState">
/// The state's type. It has to be the one that the grain itself uses: a state that is written as another type cannot be read by its grain any more.
/// </typeparam>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.StateReference`1")]
public readonly record struct StateReference<TState>(
    [property: Id(0)] GrainId Grain,
    [property: Id(1)] string StateName,
    [property: Id(2)] string Group = "default")
{
    /// <summary>The state as messages name it.</summary>
    public override string ToString() => $"'{StateName}' of {Grain}";
}
