using Orleans.Replication;

namespace KeyValue.Grains;

/// <summary>One change of a key; see <see cref="StateChange{TState}"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("KeyValue.KeyChange")]
public readonly record struct KeyChange([property: Id(0)] StateChangeKind Kind, [property: Id(1)] byte[] Value, [property: Id(2)] long Version);
