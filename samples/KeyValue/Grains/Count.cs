namespace KeyValue.Grains;

/// <summary>The replicated state of a counter.</summary>
[GenerateSerializer]
[Immutable]
[Alias("KeyValue.Count")]
public sealed record Count
{
    /// <summary>The sum of all that was added.</summary>
    [Id(0)]
    public long Value { get; init; }
}
