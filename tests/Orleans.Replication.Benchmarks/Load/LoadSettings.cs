namespace Orleans.Replication.Benchmarks.Load;

/// <summary>The load that every round puts on a cluster.</summary>
internal sealed record LoadSettings
{
    /// <summary>The size of a written value.</summary>
    public int ValueBytes { get; init; } = 256;

    /// <summary>How many keys there are. Each call picks one at random.</summary>
    public int Keys { get; init; } = 1000;

    /// <summary>Where the random choices begin, so that two runs make the same ones.</summary>
    public int Seed { get; init; } = 1;
}
