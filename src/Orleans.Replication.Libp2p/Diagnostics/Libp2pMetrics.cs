using System.Diagnostics.Metrics;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>The host's numbers, under the meter <c>Orleans.Replication.Libp2p</c>. The README lists them for those who read them.</summary>
internal sealed class Libp2pMetrics : IDisposable
{
    internal const string MeterName = "Orleans.Replication.Libp2p";

    private readonly Meter _meter;
    private readonly UpDownCounter<int> _connections;
    private readonly Histogram<double> _handshakeSeconds;
    private readonly Counter<int> _handshakeFailures;
    private readonly Counter<int> _dials;
    private readonly Counter<long> _streams;
    private readonly Counter<long> _resets;
    private readonly Counter<long> _refusals;
    private readonly Histogram<double> _roundTripSeconds;

    internal Libp2pMetrics(IMeterFactory? factory)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _connections = _meter.CreateUpDownCounter<int>("libp2p.connections", "{connection}", "Secured connections.");
        _handshakeSeconds = _meter.CreateHistogram<double>("libp2p.handshake.duration", "s", "From a TCP connection to a secured one.");
        _handshakeFailures = _meter.CreateCounter<int>("libp2p.handshake.failures", "{connection}", "TCP connections that could not be secured.");
        _dials = _meter.CreateCounter<int>("libp2p.dials", "{dial}", "Dials to peers, by what came of them.");
        _streams = _meter.CreateCounter<long>("libp2p.streams", "{stream}", "Streams opened.");
        _resets = _meter.CreateCounter<long>("libp2p.stream.resets", "{stream}", "Streams reset.");
        _refusals = _meter.CreateCounter<long>("libp2p.refusals", "{refusal}", "Connections and streams turned away.");
        _roundTripSeconds = _meter.CreateHistogram<double>("libp2p.round_trip", "s", "From a ping of a connection to its answer.");
        _meter.CreateObservableCounter("libp2p.bytes", ReadTransferred, "By", "Bytes on the wire.");
        Yamux = new YamuxObserver { RoundTripMeasured = RoundTripMeasured, StreamReset = StreamReset };
    }

    /// <summary>Counts the bytes of the host's sockets.</summary>
    internal TransferCount Transferred { get; } = new();

    /// <summary>Takes what the host's sessions tell.</summary>
    internal YamuxObserver Yamux { get; }

    public void Dispose() => _meter.Dispose();

    internal void ConnectionChanged(int change, Libp2pConnection connection) =>
        _connections.Add(change, Tag(connection.Direction), new("security", connection.Security.Value));

    internal void HandshakeEnded(TimeSpan duration, Libp2pConnection connection) =>
        _handshakeSeconds.Record(duration.TotalSeconds, Tag(connection.Direction), new("security", connection.Security.Value));

    internal void HandshakeFailed(ConnectionDirection direction, Exception error) =>
        _handshakeFailures.Add(1, Tag(direction), new("reason", ReasonOf(error)));

    /// <param name="error">Why the dial failed; null when it did not.</param>
    internal void DialEnded(Exception? error) => _dials.Add(1, new KeyValuePair<string, object?>("outcome", error is null ? "connected" : ReasonOf(error)));

    internal void StreamOpened(ConnectionDirection direction, ProtocolId protocol) =>
        _streams.Add(1, Tag(direction), new("protocol", protocol.Value));

    internal void Refused(RefusalReason reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    private void RoundTripMeasured(TimeSpan time) => _roundTripSeconds.Record(time.TotalSeconds);

    private void StreamReset(uint code, bool isRemote) =>
        _resets.Add(1, new KeyValuePair<string, object?>("by", isRemote ? "remote" : "local"), new("code", (long)code));

    private IEnumerable<Measurement<long>> ReadTransferred() =>
    [
        new(Transferred.Received, new KeyValuePair<string, object?>("direction", "received")),
        new(Transferred.Sent, new KeyValuePair<string, object?>("direction", "sent")),
    ];

    /// <summary>A few fixed words: what tells apart a wrong configuration, a refusal, and a network that fails.</summary>
    private static string ReasonOf(Exception error) => error switch
    {
        PeerIdMismatchException => "peer_id_mismatch",
        PeerNotAllowedException => "not_allowed",
        PeerRefusedException => "refused",
        ResourceLimitExceededException => "limit",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };

    private static KeyValuePair<string, object?> Tag(ConnectionDirection direction) =>
        new("direction", direction == ConnectionDirection.Inbound ? "inbound" : "outbound");
}
