namespace Orleans.Replication.Benchmarks.Load;

/// <summary>What one round measured.</summary>
internal sealed record LoadRound
{
    /// <summary>Calls that ended well within the round's time, per second.</summary>
    public required double OpsPerSecond { get; init; }

    /// <summary>The median latency.</summary>
    public required double P50Ms { get; init; }

    /// <summary>The latency that one call in a hundred exceeded.</summary>
    public required double P99Ms { get; init; }

    /// <summary>All latencies.</summary>
    public required LatencyHistogram Latencies { get; init; }

    /// <summary>The longest latency.</summary>
    public required double MaxMs { get; init; }

    /// <summary>Calls that threw.</summary>
    public required long Errors { get; init; }

    /// <summary>What the first of them threw; null without errors.</summary>
    public required string? FirstError { get; init; }

    /// <summary>Processor time of all servers together, per call.</summary>
    public required double ServerCpuMicrosecondsPerOp { get; init; }

    /// <summary>Processor time of the load client, per call.</summary>
    public required double ClientCpuMicrosecondsPerOp { get; init; }
}
