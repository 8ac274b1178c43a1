namespace Orleans.Replication.Benchmarks.States;

/// <summary>A state of any size, with a counter in it.</summary>
[GenerateSerializer]
[Immutable]
[LargeState(1)]
public sealed record PaddedState
{
    /// <summary>What makes it large.</summary>
    [Id(0)]
    public byte[] Padding { get; init; } = [];

    /// <summary>What the small operation changes.</summary>
    [Id(1)]
    public long Count { get; init; }
}
