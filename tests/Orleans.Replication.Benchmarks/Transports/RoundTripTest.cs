using System.Diagnostics;
using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>Measures round trips in a closed loop: each lane sends its next message when the last one is back.</summary>
internal sealed class RoundTripTest(TransportPlan plan, TransportServer server, TransportClient client)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.3);

    public async Task<RoundTripRound> RunAsync(TransportKind transport, int lanes, CancellationToken cancellationToken)
    {
        var opened = new List<ILane>();
        try
        {
            while (opened.Count < lanes)
                opened.Add(await client.OpenAsync(transport, cancellationToken));
            await RunAsync(opened, WarmUp, cancellationToken);
            return await RunAsync(opened, plan.RoundTripTime, cancellationToken);
        }
        finally
        {
            foreach (var lane in opened)
                await lane.DisposeAsync();
        }
    }

    private async Task<RoundTripRound> RunAsync(List<ILane> lanes, TimeSpan time, CancellationToken cancellationToken)
    {
        var (ownBefore, serverBefore) = (ProcessUsage.Now(), await server.UsageAsync(cancellationToken));
        var deadline = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var results = await Task.WhenAll(lanes.Select(lane => Task.Run(() => LoopAsync(lane, deadline, cancellationToken), cancellationToken)));
        var (own, other) = (ProcessUsage.Now(), await server.UsageAsync(cancellationToken));

        var latencies = new LatencyHistogram();
        foreach (var result in results)
            latencies.Add(result);
        var count = Math.Max(1, latencies.Count);
        return new RoundTripRound(
            latencies.Count / time.TotalSeconds,
            latencies.Percentile(0.5) * 1_000,
            latencies.Percentile(0.99) * 1_000,
            (own.AllocatedBytes - ownBefore.AllocatedBytes + other.AllocatedBytes - serverBefore.AllocatedBytes) / (double)count,
            (own.ProcessorSeconds - ownBefore.ProcessorSeconds + other.ProcessorSeconds - serverBefore.ProcessorSeconds) * 1e6 / count);
    }

    private static async Task<LatencyHistogram> LoopAsync(ILane lane, long deadline, CancellationToken cancellationToken)
    {
        var latencies = new LatencyHistogram();
        var message = new byte[Exchange.MessageBytes];
        for (var start = Stopwatch.GetTimestamp(); start < deadline;)
        {
            await Exchange.RoundTripAsync(lane, message, cancellationToken);
            var end = Stopwatch.GetTimestamp();
            latencies.Record(Stopwatch.GetElapsedTime(start, end));
            start = end;
        }

        return latencies;
    }
}
