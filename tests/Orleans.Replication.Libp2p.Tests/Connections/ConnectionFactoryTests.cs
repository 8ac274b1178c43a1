using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Connections;

/// <summary>The contract of the connection seam: what a consensus engine that takes it for a socket relies on.</summary>
public sealed class ConnectionFactoryTests : IAsyncLifetime
{
    private static readonly ProtocolId Protocol = new("/raft-test/1.0.0");

    private Libp2pHost _server = null!;
    private Libp2pHost _client = null!;
    private IConnectionListener _listener = null!;
    private Libp2pConnectionFactory _factory = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestHost.StartAsync();
        _client = await TestHost.StartAsync();
        _client.Knows(_server);
        _listener = await new Libp2pConnectionListenerFactory(_server, acceptQueueLength: 4).BindAsync(new ProtocolEndPoint(Protocol));
        _factory = new Libp2pConnectionFactory(_client, Protocol);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_go_both_ways_and_both_ends_know_the_other_peer()
    {
        var (client, server) = await ConnectAsync();

        Assert.Equal(new PeerEndPoint(_server.PeerId), client.RemoteEndPoint);
        Assert.Equal(new PeerEndPoint(_client.PeerId), server.RemoteEndPoint);
        await server.Transport.Output.WriteAsync(new byte[] { 4, 5 });
        Assert.Equal([4, 5], await client.Transport.Input.ReadExactlyAsync(2));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_output_gives_spans_of_at_least_32_KiB()
    {
        var (client, server) = await ConnectAsync();

        Assert.InRange(client.Transport.Output.GetSpan().Length, 32 * 1024, int.MaxValue);
        Assert.InRange(server.Transport.Output.GetSpan().Length, 32 * 1024, int.MaxValue);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_memory_pool_is_offered()
    {
        var (client, server) = await ConnectAsync();

        Assert.NotNull(client.Features.Get<IMemoryPoolFeature>()?.MemoryPool);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task An_abort_resets_the_stream_without_waiting_and_both_ends_hear_of_it()
    {
        var (client, server) = await ConnectAsync();

        client.Abort();
        ((IDisposable)client).Dispose();

        await Eventually.CancelledAsync("the aborting end is closed", client.ConnectionClosed);
        await Eventually.CancelledAsync("the other end hears of the reset", server.ConnectionClosed);
        await Assert.ThrowsAnyAsync<ConnectionResetException>(() => server.Transport.Input.ReadAsync().InTimeAsync("the read fails"));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_read_that_waits_fails_with_a_connection_reset_when_the_connection_below_is_lost()
    {
        var (client, server) = await ConnectAsync();
        var reading = client.Transport.Input.ReadAsync().AsTask();

        await _server.StopAsync();

        await Assert.ThrowsAnyAsync<ConnectionResetException>(() => reading.InTimeAsync("the read fails"));
        await Eventually.CancelledAsync("the connection counts as closed", client.ConnectionClosed);
        await Eventually.CancelledAsync("the stopped host's own end is closed", server.ConnectionClosed);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Thrown_away_connections_are_opened_again_on_the_same_live_connection()
    {
        for (var i = 0; i < 20; i++)
        {
            var (client, server) = await ConnectAsync();
            client.Abort();
            ((IDisposable)client).Dispose();
            await server.DisposeAsync();
        }

        Assert.Single(_client.Connections);
    }

    [Fact]
    public async Task A_kept_peer_without_a_connection_fails_at_once_with_a_typed_error()
    {
        var absent = PeerIdentity.Generate();
        _client.KeepConnected(absent.PeerId, Multiaddr.Parse("/ip4/127.0.0.1/tcp/1"));

        var error = await Assert.ThrowsAsync<PeerNotConnectedException>(
            () => _factory.ConnectAsync(new PeerEndPoint(absent.PeerId)).InTimeAsync("the attempt fails"));

        Assert.Equal(absent.PeerId, error.Peer);
    }

    [Fact]
    public async Task A_peer_that_is_not_kept_is_dialled()
    {
        await using var client = await _factory.ConnectAsync(new PeerEndPoint(_server.PeerId)).InTimeAsync("the dial ends");

        Assert.True(_client.IsConnected(_server.PeerId));
    }

    [Fact]
    public async Task A_protocol_without_a_listener_surfaces_on_the_first_read()
    {
        await _listener.UnbindAsync();
        await using var client = await _factory.ConnectAsync(new PeerEndPoint(_server.PeerId));

        await Assert.ThrowsAsync<UnsupportedProtocolException>(() => client.Transport.Input.ReadAsync().InTimeAsync("the read fails"));
    }

    [Fact]
    public async Task Another_kind_of_end_point_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _factory.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1)));
    }

    [Fact]
    public async Task Accepting_survives_connections_that_are_reset_while_they_wait()
    {
        var dead = await _factory.ConnectAsync(new PeerEndPoint(_server.PeerId));
        await dead.Transport.Output.WriteAsync(new byte[] { 1 });
        dead.Abort();
        ((IDisposable)dead).Dispose();
        await using var alive = await _factory.ConnectAsync(new PeerEndPoint(_server.PeerId));
        await alive.Transport.Output.WriteAsync(new byte[] { 2 });

        // The reset overtakes the accept or it does not: the dead one is left out, or handed out and found dead.
        var received = new List<byte>();
        while (!received.Contains(2))
        {
            await using var accepted = await _listener.AcceptAsync().InTimeAsync("the next connection is accepted");
            Assert.NotNull(accepted);
            if (await Record.ExceptionAsync(async () => received.AddRange(await accepted.Transport.Input.ReadExactlyAsync(1))) is { } error)
                Assert.IsAssignableFrom<ConnectionResetException>(error);
        }
    }

    [Fact]
    public async Task Connections_beyond_the_accept_queue_are_reset()
    {
        var contexts = new List<ConnectionContext>();
        for (var i = 0; i < 5; i++)
            contexts.Add(await _factory.ConnectAsync(new PeerEndPoint(_server.PeerId)));

        await Eventually.TrueAsync(() => contexts.Count(context => context.ConnectionClosed.IsCancellationRequested) == 1, "one of five is reset");
        foreach (var context in contexts)
            await context.DisposeAsync();
    }

    [Fact]
    public async Task Accept_gives_null_when_the_listener_is_unbound()
    {
        var accepting = _listener.AcceptAsync().AsTask();
        await _listener.UnbindAsync();

        Assert.Null(await accepting.InTimeAsync("the accept ends"));
        Assert.Null(await _listener.AcceptAsync());
    }

    [Fact]
    public async Task Accept_gives_null_when_the_host_stops()
    {
        var accepting = _listener.AcceptAsync().AsTask();
        await _server.StopAsync();

        Assert.Null(await accepting.InTimeAsync("the accept ends"));
    }

    [Fact]
    public async Task A_cancelled_accept_throws_and_loses_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var accepting = _listener.AcceptAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);
        var (client, server) = await ConnectAsync();
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_ends_the_writing_half_in_order()
    {
        var (client, server) = await ConnectAsync();
        await client.Transport.Output.WriteAsync(new byte[] { 9 });
        await client.DisposeAsync();

        Assert.Equal([9], await server.Transport.Input.ReadToEndAsync());
        await server.DisposeAsync();
    }

    private async Task<(ConnectionContext Client, ConnectionContext Server)> ConnectAsync()
    {
        var client = await _factory.ConnectAsync(new PeerEndPoint(_server.PeerId)).InTimeAsync("the stream opens");
        await client.Transport.Output.WriteAsync(new byte[] { 1, 2, 3 });
        var server = await _listener.AcceptAsync().InTimeAsync("the stream is accepted");
        Assert.NotNull(server);
        Assert.Equal([1, 2, 3], await server.Transport.Input.ReadExactlyAsync(3));
        return (client, server);
    }
}
