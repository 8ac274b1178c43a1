using System.Diagnostics;
using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>Measures an upload: on one lane to the server, or from one js-libp2p node to another.</summary>
internal sealed class UploadTest(TransportPlan plan, TransportServer server, TransportClient client, JsNode? jsDialler, JsNode? jsListener)
{
    public async Task<UploadRound> RunAsync(TransportKind transport, CancellationToken cancellationToken) =>
        transport == TransportKind.JsLibp2p ? await RunJsAsync(cancellationToken) : await RunLaneAsync(transport, cancellationToken);

    private async Task<UploadRound> RunLaneAsync(TransportKind transport, CancellationToken cancellationToken)
    {
        await using var lane = await client.OpenAsync(transport, cancellationToken);
        var used = await ProcessorSecondsAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await Exchange.UploadAsync(lane, plan.UploadBytes, cancellationToken);
        var time = Stopwatch.GetElapsedTime(start);
        return Summarize(plan.UploadBytes, time, await ProcessorSecondsAsync(cancellationToken) - used);
    }

    private async Task<UploadRound> RunJsAsync(CancellationToken cancellationToken)
    {
        var before = ProcessorTime.Now([jsDialler!.ProcessId, jsListener!.ProcessId]);
        var start = Stopwatch.GetTimestamp();
        await jsDialler.UploadAsync(jsListener.Address, plan.JsUploadBytes, cancellationToken);
        var time = Stopwatch.GetElapsedTime(start);
        var used = ProcessorTime.Now([jsDialler.ProcessId, jsListener.ProcessId]) - before;
        return Summarize(plan.JsUploadBytes, time, used.Servers.TotalSeconds);
    }

    private async Task<double> ProcessorSecondsAsync(CancellationToken cancellationToken) =>
        ProcessUsage.Now().ProcessorSeconds + (await server.UsageAsync(cancellationToken)).ProcessorSeconds;

    private static UploadRound Summarize(long bytes, TimeSpan time, double processorSeconds) =>
        new(bytes / 1e6 / time.TotalSeconds, processorSeconds / (bytes / 1e9));
}
