namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>What a comparison of transports measures, and for how long.</summary>
internal sealed record TransportPlan
{
    /// <summary>How often each transport is measured. The rounds alternate, so that a slow minute of the machine meets all of them.</summary>
    public required int Rounds { get; init; }

    /// <summary>How much is sent one way per round.</summary>
    public required long UploadBytes { get; init; }

    /// <summary>The same for js-libp2p, which is slower by far.</summary>
    public long JsUploadBytes => UploadBytes / 8;

    /// <summary>For how long messages go there and back per round.</summary>
    public required TimeSpan RoundTripTime { get; init; }

    /// <summary>How many lanes have a message under way, one measurement each.</summary>
    public IReadOnlyList<int> Lanes { get; init; } = [1, 64];

    /// <summary>About three minutes.</summary>
    public static TransportPlan Full { get; } = new() { Rounds = 5, UploadBytes = 1L << 30, RoundTripTime = TimeSpan.FromSeconds(3) };

    /// <summary>About half a minute.</summary>
    public static TransportPlan Quick { get; } = new() { Rounds = 3, UploadBytes = 256L << 20, RoundTripTime = TimeSpan.FromSeconds(1.5) };
}
