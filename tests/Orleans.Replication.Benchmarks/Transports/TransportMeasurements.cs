using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>All uploads over one transport; its figures are the medians.</summary>
internal sealed record UploadMeasurement(TransportKind Transport, IReadOnlyList<UploadRound> Rounds)
{
    public double MegabytesPerSecond => Rounds.Select(round => round.MegabytesPerSecond).Median();

    public double ProcessorSecondsPerGigabyte => Rounds.Select(round => round.ProcessorSecondsPerGigabyte).Median();

    public double? AllocatedBytesPerMegabyte =>
        Rounds.All(round => round.AllocatedBytesPerMegabyte is not null) ? Rounds.Select(round => round.AllocatedBytesPerMegabyte!.Value).Median() : null;
}

/// <summary>All round trips over one transport on so many lanes; its figures are the medians.</summary>
internal sealed record RoundTripMeasurement(TransportKind Transport, int Lanes, IReadOnlyList<RoundTripRound> Rounds)
{
    public double PerSecond => Rounds.Select(round => round.PerSecond).Median();

    public double P50Microseconds => Rounds.Select(round => round.P50Microseconds).Median();

    public double P99Microseconds => Rounds.Select(round => round.P99Microseconds).Median();

    public double AllocatedBytes => Rounds.Select(round => round.AllocatedBytes).Median();

    public double ProcessorMicroseconds => Rounds.Select(round => round.ProcessorMicroseconds).Median();
}

/// <summary>What a comparison of transports found.</summary>
internal sealed record TransportMeasurements(IReadOnlyList<UploadMeasurement> Uploads, IReadOnlyList<RoundTripMeasurement> RoundTrips)
{
    /// <summary>The rate of an upload over that of SslStream.</summary>
    public double? UploadRatio(TransportKind transport) =>
        Uploads.FirstOrDefault(m => m.Transport == transport)?.MegabytesPerSecond / Uploads.First(m => m.Transport == TransportKind.SslStream).MegabytesPerSecond;

    /// <summary>The rate of round trips over that of as many SslStream connections.</summary>
    public double RoundTripRatio(RoundTripMeasurement measurement) =>
        measurement.PerSecond / RoundTrips.First(m => m.Lanes == measurement.Lanes && m.Transport == TransportKind.SslStream).PerSecond;
}
