using System.Collections.Immutable;

namespace Orleans.Replication.Tests.Grains;

/// <summary>A state with something to count, something to list, and what its operations were told.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Basket")]
public sealed record Basket
{
    [Id(0)]
    public long Total { get; init; }

    [Id(1)]
    public ImmutableArray<string> Items { get; init; } = [];

    [Id(2)]
    public Seen? Last { get; init; }
}
