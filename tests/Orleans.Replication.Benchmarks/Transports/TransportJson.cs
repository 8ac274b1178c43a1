using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>The measurements for programs: one JSON object on one line.</summary>
internal static class TransportJson
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static string Write(TransportPlan plan, TransportMeasurements measurements, IReadOnlyList<LongTransferResult> transfers) => JsonSerializer.Serialize(
        new
        {
            machine = new { cores = Environment.ProcessorCount, os = RuntimeInformation.OSDescription, dotnet = Environment.Version.ToString() },
            plan = new { plan.Rounds, plan.UploadBytes, roundTripSeconds = plan.RoundTripTime.TotalSeconds, messageBytes = Exchange.MessageBytes },
            uploads = measurements.Uploads.Select(m => new
            {
                m.Transport,
                m.MegabytesPerSecond,
                m.ProcessorSecondsPerGigabyte,
                m.AllocatedBytesPerMegabyte,
                overSslStream = measurements.UploadRatio(m.Transport),
                m.Rounds,
            }),
            roundTrips = measurements.RoundTrips.Select(m => new
            {
                m.Transport,
                m.Lanes,
                m.PerSecond,
                m.P50Microseconds,
                m.P99Microseconds,
                m.ProcessorMicroseconds,
                m.AllocatedBytes,
                overSslStream = measurements.RoundTripRatio(m),
                m.Rounds,
            }),
            transfers = transfers.Select(t => new
            {
                t.Transport,
                t.Bytes,
                t.MegabytesPerSecond,
                peakResidentMebibytes = new { firstQuarter = t.PeakResident.First, lastQuarter = t.PeakResident.Last },
                medianHeapMebibytes = t.MedianHeap,
                t.Samples,
            }),
        },
        Format);
}
