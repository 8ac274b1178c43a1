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

    /// <summary>How fresh the reads of this grain are that do not say it themselves. Default: <see cref="ReadConsistency.Linearizable"/>.</summary>
    public ReadConsistency Consistency { get; set; } = ReadConsistency.Linearizable;

    /// <summary>
    /// With <see cref="ReadConsistency.Stale"/>: how old a read may be that does not say its consistency itself, as hours, minutes and seconds (<c>"00:00:05"</c>); an older replica
    /// refuses it as <see cref="IReplicatedState{TState}.ReadStaleAsync"/> does. Default: null, no limit.
    /// </summary>
    public string? MaxStaleness { get; set; }
}
