using BenchmarkDotNet.Attributes;
using Orleans.Replication.Benchmarks.Transports;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Benchmarks.Frames;

/// <summary>256 bytes there and back between two hosts over TCP on loopback: everything a request and its answer pass through.</summary>
public class RoundTripBenchmark
{
    private static readonly ProtocolId Protocol = new("/orleans-replication/benchmark/1.0.0");

    private readonly byte[] _message = new byte[Exchange.MessageBytes];
    private Libp2pHost _server = null!;
    private Libp2pHost _client = null!;
    private Libp2pLane _lane = null!;

    /// <summary>What secures the connection.</summary>
    [Params(SecurityProtocol.Noise, SecurityProtocol.Tls)]
    public SecurityProtocol Security { get; set; }

    [GlobalSetup]
    public async Task Connect()
    {
        _server = new Libp2pHost(new Libp2pOptions { ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") } });
        _server.SetStreamHandler(Protocol, (stream, stop) => Exchange.ServeAsync(new Libp2pLane(stream), stop));
        await _server.StartAsync();
        _client = new Libp2pHost(new Libp2pOptions { Security = [Security] });
        await _client.StartAsync();
        await _client.ConnectAsync(_server.ListenAddresses[0].WithPeerId(_server.PeerId));
        _lane = new Libp2pLane(await _client.NewStreamAsync(_server.PeerId, Protocol));
    }

    [GlobalCleanup]
    public async Task Disconnect()
    {
        await _lane.DisposeAsync();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Benchmark(Description = "256 bytes there and back")]
    public ValueTask RoundTrip() => Exchange.RoundTripAsync(_lane, _message, CancellationToken.None);
}
