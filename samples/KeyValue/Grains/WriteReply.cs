namespace KeyValue.Grains;

/// <summary>How a write ended, and the version of the key afterwards: 0 when it does not exist.</summary>
[GenerateSerializer]
[Immutable]
[Alias("KeyValue.WriteReply")]
public readonly record struct WriteReply([property: Id(0)] WriteStatus Status, [property: Id(1)] long Version);
