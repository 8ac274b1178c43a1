namespace Orleans.Replication.Tests.States.Chains;

/// <summary>A large state whose bytes do not say everything about the object: where a dictionary puts what comes next, and which texts are one object.</summary>
[GenerateSerializer, Alias("Tests.Ledger"), LargeState(1)]
public sealed record Ledger
{
    [Id(0)]
    public byte[] Padding { get; init; } = [];

    [Id(1)]
    public Dictionary<int, string> Entries { get; init; } = [];

    [Id(2)]
    public string Title { get; init; } = "";

    [Id(3)]
    public string Subtitle { get; init; } = "";

    /// <summary>What it says, in an order of its own.</summary>
    public string Describe() => $"{Padding.Length} {Title}/{Subtitle} {string.Join(' ', Entries.OrderBy(entry => entry.Key))}";
}

/// <summary>The same, of a type that was a while without the attribute.</summary>
[GenerateSerializer, Alias("Tests.LateLedger"), LargeState(2)]
public sealed record LateLedger
{
    [Id(0)]
    public byte[] Padding { get; init; } = [];

    [Id(1)]
    public int Count { get; init; }
}
