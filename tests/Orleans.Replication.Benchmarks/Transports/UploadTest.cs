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
        var (ownBefore, serverBefore) = (ProcessUsage.Now(), await server.UsageAsync(cancellationToken));
        var start = Stopwatch.GetTimestamp();
        await Exchange.UploadAsync(lane, plan.UploadBytes, cancellationToken);
        var time = Stopwatch.GetElapsedTime(start);
        var (own, other) = (ProcessUsage.Now(), await server.UsageAsync(cancellationToken));
        return new UploadRound(
            plan.UploadBytes / 1e6 / time.TotalSeconds,
            (own.ProcessorSeconds - ownBefore.ProcessorSeconds + other.ProcessorSeconds - serverBefore.ProcessorSeconds) / (plan.UploadBytes / 1e9),
            (own.AllocatedBytes - ownBefore.AllocatedBytes + other.AllocatedBytes - serverBefore.AllocatedBytes) / (plan.UploadBytes / 1e6));
    }

    private async Task<UploadRound> RunJsAsync(CancellationToken cancellationToken)
    {
        var before = ProcessorTime.Now([jsDialler!.ProcessId, jsListener!.ProcessId]);
        var start = Stopwatch.GetTimestamp();
        await jsDialler.UploadAsync(jsListener.Address, plan.JsUploadBytes, cancellationToken);
        var time = Stopwatch.GetElapsedTime(start);
        var used = ProcessorTime.Now([jsDialler.ProcessId, jsListener.ProcessId]) - before;
        return new UploadRound(
            plan.JsUploadBytes / 1e6 / time.TotalSeconds, used.Servers.TotalSeconds / (plan.JsUploadBytes / 1e9), AllocatedBytesPerMegabyte: null);
    }
}
