using System.Diagnostics;

namespace Orleans.Replication.Benchmarks.Load;

/// <summary>How much processor time servers and client have used so far: two of them, subtracted, say where a bound lies.</summary>
internal readonly record struct ProcessorTime(TimeSpan Servers, TimeSpan Client)
{
    public static ProcessorTime Now(IEnumerable<int> serverProcessIds) => new(
        serverProcessIds.Aggregate(TimeSpan.Zero, (sum, id) => sum + Of(id)),
        Of(Environment.ProcessId));

    public static ProcessorTime operator -(ProcessorTime left, ProcessorTime right) =>
        new(left.Servers - right.Servers, left.Client - right.Client);

    private static TimeSpan Of(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }
}
