using System.Diagnostics.Metrics;

namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>The host's numbers, under the meter <c>Orleans.Replication.Libp2p</c>.</summary>
internal sealed class Libp2pMetrics : IDisposable
{
    internal const string MeterName = "Orleans.Replication.Libp2p";

    private readonly Meter _meter;
    private readonly UpDownCounter<int> _connections;
    private readonly Histogram<double> _handshakeSeconds;
    private readonly Counter<int> _handshakeFailures;
    private readonly Counter<int> _dialFailures;
    private readonly Counter<long> _streams;
    private readonly Counter<long> _refusals;

    internal Libp2pMetrics(IMeterFactory? factory)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _connections = _meter.CreateUpDownCounter<int>("libp2p.connections", "{connection}", "Secured connections.");
        _handshakeSeconds = _meter.CreateHistogram<double>("libp2p.handshake.duration", "s", "From a TCP connection to a secured one.");
        _handshakeFailures = _meter.CreateCounter<int>("libp2p.handshake.failures", "{connection}", "TCP connections that could not be secured.");
        _dialFailures = _meter.CreateCounter<int>("libp2p.dial.failures", "{dial}", "Dials where no address of the peer led to a connection.");
        _streams = _meter.CreateCounter<long>("libp2p.streams", "{stream}", "Streams opened.");
        _refusals = _meter.CreateCounter<long>("libp2p.refusals", "{refusal}", "Connections and streams turned away.");
    }

    public void Dispose() => _meter.Dispose();

    internal void ConnectionChanged(int change, ConnectionDirection direction) => _connections.Add(change, Tag(direction));

    internal void HandshakeEnded(TimeSpan duration, ConnectionDirection direction) => _handshakeSeconds.Record(duration.TotalSeconds, Tag(direction));

    internal void HandshakeFailed(ConnectionDirection direction) => _handshakeFailures.Add(1, Tag(direction));

    internal void DialFailed() => _dialFailures.Add(1);

    internal void StreamOpened(ConnectionDirection direction, ProtocolId protocol) =>
        _streams.Add(1, Tag(direction), new("protocol", protocol.Value));

    internal void Refused(RefusalReason reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    private static KeyValuePair<string, object?> Tag(ConnectionDirection direction) =>
        new("direction", direction == ConnectionDirection.Inbound ? "inbound" : "outbound");
}
