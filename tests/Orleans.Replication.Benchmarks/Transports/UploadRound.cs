namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>One upload.</summary>
/// <param name="MegabytesPerSecond">Millions of bytes a second, until the server has taken all of them.</param>
/// <param name="ProcessorSecondsPerGigabyte">Of both processes together.</param>
/// <param name="AllocatedBytesPerMegabyte">Managed memory of both processes together; null where it is not known.</param>
internal sealed record UploadRound(double MegabytesPerSecond, double ProcessorSecondsPerGigabyte, double? AllocatedBytesPerMegabyte);
