using Microsoft.Extensions.Logging;
using Orleans.Replication.Libp2p.Diagnostics;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>What every part of a running host shares.</summary>
internal sealed class SwarmContext(Libp2pOptions options, ILoggerFactory loggers, TimeProvider time, Libp2pMetrics metrics)
{
    internal Libp2pOptions Options { get; } = options;

    internal TimeProvider Time { get; } = time;

    internal ILogger Logger { get; } = loggers.CreateLogger("Orleans.Replication.Libp2p.Libp2pHost");

    internal ILogger YamuxLogger { get; } = loggers.CreateLogger("Orleans.Replication.Libp2p.Yamux");

    internal Libp2pMetrics Metrics { get; } = metrics;

    internal StreamHandlers Handlers { get; } = new(options.Limits);

    internal Refusals Refusals { get; } = new(metrics, time);

    internal void ReportFailure(Exception error) => Log.BackgroundTaskFailed(Logger, error);
}
