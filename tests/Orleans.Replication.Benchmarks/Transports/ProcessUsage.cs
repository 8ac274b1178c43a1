using System.Diagnostics;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>What a process has used so far, and holds now.</summary>
/// <param name="AllocatedBytes">Of managed memory, since its start.</param>
/// <param name="HeapBytes">Of the managed heap, with what a collection would free.</param>
/// <param name="ResidentBytes">Of the process as a whole, in memory.</param>
/// <param name="ProcessorSeconds">Since its start, of all its threads.</param>
internal sealed record ProcessUsage(long AllocatedBytes, long HeapBytes, long ResidentBytes, double ProcessorSeconds)
{
    public static ProcessUsage Now()
    {
        using var process = Process.GetCurrentProcess();
        return new(
            GC.GetTotalAllocatedBytes(precise: true), GC.GetTotalMemory(forceFullCollection: false), process.WorkingSet64, process.TotalProcessorTime.TotalSeconds);
    }
}
