using System.Diagnostics;
using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary>How long the disk below both clusters takes to make a small append durable: the floor of any durable put.</summary>
internal static class DiskProbe
{
    private const int Appends = 300;

    /// <summary>The median of an append of 512 bytes and its fsync, in milliseconds.</summary>
    public static double MedianFsyncMs(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "fsync-probe");
        var latencies = new LatencyHistogram();
        var block = new byte[512];
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < Appends; i++)
            {
                var start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, block, (long)i * block.Length);
                RandomAccess.FlushToDisk(file);
                latencies.Record(Stopwatch.GetElapsedTime(start));
            }
        }

        File.Delete(path);
        return latencies.Percentile(0.5);
    }
}
