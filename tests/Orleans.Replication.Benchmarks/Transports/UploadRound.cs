namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>One upload.</summary>
/// <param name="MegabytesPerSecond">Millions of bytes a second, until the server has taken all of them.</param>
/// <param name="ProcessorSecondsPerGigabyte">Of both processes together.</param>
internal sealed record UploadRound(double MegabytesPerSecond, double ProcessorSecondsPerGigabyte);
