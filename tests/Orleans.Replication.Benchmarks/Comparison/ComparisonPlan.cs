using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary>What a comparison measures, and for how long.</summary>
internal sealed record ComparisonPlan
{
    /// <summary>How many callers are concurrent, one measurement each.</summary>
    public required IReadOnlyList<int> Callers { get; init; }

    /// <summary>What is measured.</summary>
    public IReadOnlyList<LoadOperation> Operations { get; init; } = Enum.GetValues<LoadOperation>();

    /// <summary>How many rounds each cluster gets per measurement. They alternate, so that a slow minute of the machine meets all clusters.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long a round is measured.</summary>
    public required TimeSpan RoundTime { get; init; }

    /// <summary>How long each cluster is under load, before the first measurement: code is compiled, connections are open.</summary>
    public required TimeSpan WarmUpTime { get; init; }

    /// <summary>About seven minutes for two clusters.</summary>
    public static ComparisonPlan Full { get; } = new()
    {
        Callers = [1, 16, 64, 256],
        Rounds = 5,
        RoundTime = TimeSpan.FromSeconds(4),
        WarmUpTime = TimeSpan.FromSeconds(10),
    };

    /// <summary>About one and a half minutes for two clusters.</summary>
    public static ComparisonPlan Quick { get; } = new()
    {
        Callers = [1, 16, 64, 256],
        Rounds = 3,
        RoundTime = TimeSpan.FromSeconds(1.5),
        WarmUpTime = TimeSpan.FromSeconds(4),
    };
}
