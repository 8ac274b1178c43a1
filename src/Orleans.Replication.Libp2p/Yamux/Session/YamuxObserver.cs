namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>What a session tells of itself, for numbers only: whoever listens must neither block nor throw.</summary>
internal sealed class YamuxObserver
{
    internal static readonly YamuxObserver None = new();

    /// <summary>A ping was answered; the time it took.</summary>
    internal Action<TimeSpan>? RoundTripMeasured { get; init; }

    /// <summary>A stream was reset; the code, and whether the peer did it.</summary>
    internal Action<uint, bool>? StreamReset { get; init; }
}
