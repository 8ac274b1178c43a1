using System.Diagnostics;
using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>One long upload, with the memory of both processes looked at all the time: it must not grow with what was sent.</summary>
internal sealed class LongTransfer(TransportServer server, TransportClient client, TextWriter progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public async Task<LongTransferResult> RunAsync(TransportKind transport, long bytes, CancellationToken cancellationToken)
    {
        await using var lane = await client.OpenAsync(transport, cancellationToken);
        var samples = new List<MemorySample>();
        var start = Stopwatch.GetTimestamp();
        var uploading = Task.Run(() => Exchange.UploadAsync(lane, bytes, cancellationToken), cancellationToken);
        TimeSpan time;
        do
        {
            await Task.WhenAny(uploading, Task.Delay(Interval, cancellationToken));
            time = Stopwatch.GetElapsedTime(start);
            samples.Add(await SampleAsync(time, cancellationToken));
            if (samples.Count % 10 == 0)
                await progress.WriteLineAsync($"{transport}: {samples[^1]}");
        }
        while (!uploading.IsCompleted);

        await uploading;
        return new LongTransferResult(transport, bytes, bytes / 1e6 / time.TotalSeconds, samples);
    }

    private async Task<MemorySample> SampleAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var (own, other) = (ProcessUsage.Now(), await server.UsageAsync(cancellationToken));
        return new MemorySample(time.TotalSeconds, Mebibytes(own.ResidentBytes), Mebibytes(own.HeapBytes), Mebibytes(other.ResidentBytes), Mebibytes(other.HeapBytes));
    }

    private static double Mebibytes(long bytes) => Math.Round(bytes / 1024d / 1024d, 1);
}

/// <summary>The memory of both processes at one moment, in MiB.</summary>
internal sealed record MemorySample(double Seconds, double ClientResident, double ClientHeap, double ServerResident, double ServerHeap)
{
    public override string ToString() =>
        $"{Seconds:F0} s: client {ClientResident:F0} MiB resident, {ClientHeap:F1} MiB heap; server {ServerResident:F0} MiB resident, {ServerHeap:F1} MiB heap";
}

/// <summary>A long upload and the memory it took.</summary>
internal sealed record LongTransferResult(TransportKind Transport, long Bytes, double MegabytesPerSecond, IReadOnlyList<MemorySample> Samples)
{
    /// <summary>What both processes had in memory at most in the first and in the last quarter of the time, in MiB: growth shows as a difference.</summary>
    public (double First, double Last) PeakResident => (Peak(0, 0.25), Peak(0.75, 1));

    /// <summary>The median of both managed heaps together, in MiB.</summary>
    public double MedianHeap => Samples.Select(sample => sample.ClientHeap + sample.ServerHeap).Median();

    private double Peak(double from, double to)
    {
        var end = Samples[^1].Seconds;
        return Samples.Where(s => s.Seconds >= from * end && s.Seconds <= to * end).Select(s => s.ClientResident + s.ServerResident).DefaultIfEmpty(0).Max();
    }
}
