using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>A TCP connection as a <see cref="ConnectionContext"/>.</summary>
internal sealed class TestConnection : ConnectionContext
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _closed = new();
    private readonly Action<TestConnection> _ended;

    public TestConnection(Socket socket, string protocol, string from, string to, string peer, Action<TestConnection> ended)
    {
        _socket = socket;
        _ended = ended;
        (Protocol, From, To, Peer) = (protocol, from, to, peer);
        var stream = new GatedStream(new NetworkStream(socket, ownsSocket: true), Gate);
        Transport = new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 65536)));
        ConnectionClosed = _closed.Token;
        RemoteEndPoint = new DnsEndPoint(peer, 1);
    }

    public Gate Gate { get; } = new();

    public string Protocol { get; }

    public string From { get; }

    public string To { get; }

    public string Peer { get; }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort()
    {
        _socket.Dispose();

        // What has come through a connection that hangs would otherwise keep its reader for ever.
        Gate.Open();
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }

        _ended(this);
    }

    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    public override ValueTask DisposeAsync()
    {
        Abort();
        return base.DisposeAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
