using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Diagnostics;

public sealed class TelemetryTests : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _measured = new();

    public TelemetryTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters) // Other tests run hosts of their own.
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Connections_streams_bytes_and_round_trips_are_measured()
    {
        await using var server = await TestHost.StartEchoAsync();
        await using (var client = await StartMeasuredAsync())
        {
            client.Knows(server);
            await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
            await stream.Output.WriteAsync(new byte[10_000]);
            await stream.Input.ReadExactlyAsync(10_000);
            await Eventually.TrueAsync(() => Sum("libp2p.round_trip") > 0, "a ping is answered");

            Assert.Equal(1, Sum("libp2p.connections", "direction=outbound", "security=/noise"));
            Assert.Equal(1, Sum("libp2p.dials", "outcome=connected"));
            Assert.Equal(1, Sum("libp2p.streams", "direction=outbound", "protocol=/echo/1.0.0"));
            Assert.True(Sum("libp2p.handshake.duration", "security=/noise") > 0);

            // What was sent is counted when the send has ended, which the echo may overtake.
            await Eventually.TrueAsync(() => Observe("libp2p.bytes", "direction=sent") is >= 10_000 and < 1_000_000, "the bytes sent are counted");
            await Eventually.TrueAsync(() => Observe("libp2p.bytes", "direction=received") is >= 10_000 and < 1_000_000, "the bytes received are counted");
            stream.Reset(7);
            await Eventually.TrueAsync(() => Sum("libp2p.stream.resets", "by=local", "code=7") == 1, "the reset is counted");
        }

        Assert.Equal(0, Sum("libp2p.connections"));
    }

    [Fact]
    public async Task Dials_and_refusals_are_counted_by_their_reason()
    {
        await using var server = await TestHost.StartAsync(options => options.Gater = new PeerAllowList());
        await using var client = await StartMeasuredAsync();
        using var nobody = PeerIdentity.Generate();
        client.Knows(server);
        await Record.ExceptionAsync(() => client.ConnectAsync(server.PeerId).InTimeAsync("the dial is refused"));
        await Record.ExceptionAsync(() => client.ConnectAsync(nobody.PeerId).InTimeAsync("the dial leads nowhere"));
        client.AddressBook.Set(nobody.PeerId, server.ListenAddresses);
        await Record.ExceptionAsync(() => client.ConnectAsync(nobody.PeerId).InTimeAsync("another peer answers"));

        Assert.Equal(1, Sum("libp2p.dials", "outcome=refused"));
        Assert.Equal(1, Sum("libp2p.dials", "outcome=failed"));
        Assert.Equal(1, Sum("libp2p.dials", "outcome=peer_id_mismatch"));
        Assert.Equal(2, Sum("libp2p.handshake.failures", "direction=outbound"));
        Assert.Equal(0, Sum("libp2p.connections"));
    }

    [Fact]
    public async Task A_dial_is_an_activity_with_the_securing_of_the_connection_in_it()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Orleans.Replication.Libp2p",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await client.ConnectAsync(server.PeerId).InTimeAsync("they connect");

        var peer = server.PeerId.ToString();
        await Eventually.TrueAsync(() => ended.Any(activity => IsOf(activity, "libp2p.dial", peer)), "the dial has ended");
        var dial = ended.Single(activity => IsOf(activity, "libp2p.dial", peer));
        var upgrade = ended.Single(activity => IsOf(activity, "libp2p.upgrade", peer));
        Assert.Equal(dial.Id, upgrade.ParentId);
        Assert.Equal("/noise", upgrade.GetTagItem("libp2p.security"));
    }

    private static bool IsOf(Activity activity, string name, string peer) => activity.OperationName == name && (string?)activity.GetTagItem("libp2p.peer") == peer;

    private async Task<Libp2pHost> StartMeasuredAsync()
    {
        var host = new Libp2pHost(new Libp2pOptions { IdentifyOnConnect = false }, meters: _services.GetRequiredService<IMeterFactory>());
        await host.StartAsync();
        return host;
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));

    private double Sum(string name, params string[] tags) => Measured(name, tags).Sum();

    /// <summary>What an observable instrument says now.</summary>
    private double Observe(string name, params string[] tags)
    {
        _listener.RecordObservableInstruments();
        return Measured(name, tags).LastOrDefault();
    }

    private IEnumerable<double> Measured(string name, string[] tags) => _measured
        .Where(measured => measured.Name == name && tags.All(tag => measured.Tags.Split(',').Contains(tag)))
        .Select(measured => measured.Value);
}
