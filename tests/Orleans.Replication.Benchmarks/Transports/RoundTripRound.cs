namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>Messages there and back for some time.</summary>
/// <param name="PerSecond">How many came back per second.</param>
/// <param name="P50Microseconds">The median of their times.</param>
/// <param name="P99Microseconds">What one in a hundred exceeded.</param>
/// <param name="AllocatedBytes">Managed memory per round trip, of both processes together.</param>
/// <param name="ProcessorMicroseconds">Processor time per round trip, of both processes together.</param>
internal sealed record RoundTripRound(double PerSecond, double P50Microseconds, double P99Microseconds, double AllocatedBytes, double ProcessorMicroseconds);
