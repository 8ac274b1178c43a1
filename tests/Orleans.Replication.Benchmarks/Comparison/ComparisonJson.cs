using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary>The measurements as one JSON object on one line, for scripts.</summary>
internal static class ComparisonJson
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public static string Write(ComparisonPlan plan, double fsyncMs, IReadOnlyList<Measurement> measurements) => JsonSerializer.Serialize(
        new
        {
            machine = new { cores = Environment.ProcessorCount, os = RuntimeInformation.OSDescription, dotnet = Environment.Version.ToString(), fsyncMs },
            plan = new { plan.Rounds, roundSeconds = plan.RoundTime.TotalSeconds },
            measurements = measurements.Select(m => new
            {
                m.Target,
                operation = Name(m),
                m.Callers,
                m.OpsPerSecond,
                m.P50Ms,
                m.P99Ms,
                m.MaxMs,
                m.ServerCpuMicrosecondsPerOp,
                m.ClientCpuMicrosecondsPerOp,
                m.Errors,
                m.Rounds,
            }),
            ratios = measurements
                .GroupBy(m => (m.Operation, m.Callers))
                .SelectMany(group => group.Skip(1).Select(other => new
                {
                    operation = Name(other),
                    other.Callers,
                    target = group.First().Target,
                    over = other.Target,
                    opsPerSecond = group.First().OpsPerSecond / other.OpsPerSecond,
                })),
        },
        Format);

    private static string Name(Measurement measurement) => measurement.Operation.ToString().ToLowerInvariant();
}
