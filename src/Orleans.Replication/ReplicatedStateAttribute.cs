namespace Orleans.Replication;

/// <summary>
/// Gives a constructor parameter of type <see cref="IReplicatedState{TState}"/> the grain's replicated state of a name. Works in
/// <see cref="ReplicatedAttribute">replicated</see> and in ordinary grains.
/// </summary>
/// <remarks>
/// The state can be read before <c>OnActivateAsync</c> runs, as this silo's replica has it. An activation does not wait for the group: without a
/// quorum a grain can still be activated and read with <see cref="ReadConsistency.Stale"/>.
/// </remarks>
/// <param name="stateName">The state's name: one of the grain's. Two states of one grain are independent.</param>
/// <param name="group">The name of the replication group that holds it.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ReplicatedStateAttribute(string stateName, string group = ReplicationGroups.Default) : Attribute, IFacetMetadata
{
    /// <summary>The state's name.</summary>
    public string StateName { get; } = stateName;

    /// <summary>The name of the replication group that holds it.</summary>
    public string Group { get; } = group;
}
