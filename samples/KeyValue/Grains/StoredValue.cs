namespace KeyValue.Grains;

/// <summary>The replicated state of a key.</summary>
[GenerateSerializer]
[Immutable]
[Alias("KeyValue.StoredValue")]
public sealed record StoredValue
{
    /// <summary>The raw bytes.</summary>
    [Id(0)]
    public byte[] Bytes { get; init; } = [];
}
