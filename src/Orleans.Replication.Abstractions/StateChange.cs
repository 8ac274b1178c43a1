namespace Orleans.Replication;

/// <summary>One change of a state: an event of <see cref="IReplicatedState{TState}.WatchAsync"/>, or what <see cref="IReplicatedState{TState}.ReadAtAsync"/> found.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Value">The state afterwards; the initial one when it does not exist.</param>
/// <param name="Version">
/// The version of the change, by which a watch can be resumed on any silo: greater than that of every earlier event of the watch.
/// </param>
/// <param name="Timestamp">
/// When: the leader's clock when the change was put into the log; the default when this replica does not know, as for <see cref="StateChangeKind.Compacted"/>.
/// </param>
/// <param name="Origin">Who; empty when this replica does not know.</param>
/// <typeparam name="TState">The state.</typeparam>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.StateChange`1")]
public readonly record struct StateChange<TState>(
    [property: Id(0)] StateChangeKind Kind,
    [property: Id(1)] TState Value,
    [property: Id(2)] long Version,
    [property: Id(3)] DateTimeOffset Timestamp,
    [property: Id(4)] ChangeOrigin Origin = default);
