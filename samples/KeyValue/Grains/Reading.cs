namespace KeyValue.Grains;

/// <summary>What a read found: the value and its version; version 0 when the key does not exist.</summary>
[GenerateSerializer]
[Immutable]
[Alias("KeyValue.Reading")]
public readonly record struct Reading([property: Id(0)] byte[] Value, [property: Id(1)] long Version)
{
    /// <summary>Whether the key exists.</summary>
    public bool Exists => Version != 0;
}
