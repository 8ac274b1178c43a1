using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class ConnectionTests
{
    [Fact]
    public async Task A_dial_by_id_finds_the_peer_and_proves_it()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        var connection = await client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends");

        Assert.Equal(server.PeerId, connection.RemotePeer);
        Assert.Equal(ConnectionDirection.Outbound, connection.Direction);
        Assert.Equal(server.ListenAddresses[0], connection.RemoteAddress);
        Assert.True(client.IsConnected(server.PeerId));
        await Eventually.TrueAsync(() => server.IsConnected(client.PeerId), "the server knows the client");
    }

    [Fact]
    public async Task Another_peer_at_the_address_is_refused_and_learns_nothing()
    {
        await using var impostor = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync();
        using var wanted = PeerIdentity.Generate();
        client.AddressBook.Set(wanted.PeerId, impostor.ListenAddresses);

        var error = await Assert.ThrowsAsync<PeerIdMismatchException>(() => client.ConnectAsync(wanted.PeerId).InTimeAsync("the dial ends"));

        Assert.Equal((wanted.PeerId, impostor.PeerId), (error.Expected, error.Actual));
        Assert.Empty(client.Connections);
        Assert.Empty(impostor.Connections);
    }

    [Fact]
    public async Task The_right_peer_at_a_second_address_is_found_behind_a_wrong_one_at_the_first()
    {
        await using var impostor = await TestHost.StartAsync();
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.AddressBook.Set(server.PeerId, impostor.ListenAddresses[0], Multiaddr.Parse("/ip4/127.0.0.1/udp/1"), server.ListenAddresses[0]);

        Assert.Equal(server.PeerId, (await client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends")).RemotePeer);
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_is_a_typed_error()
    {
        await using var client = await TestHost.StartAsync();
        using var absent = PeerIdentity.Generate();

        await Assert.ThrowsAsync<DialFailedException>(() => client.ConnectAsync(absent.PeerId).InTimeAsync("the dial ends"));
        client.AddressBook.Set(absent.PeerId, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{FreePort()}"));
        await Assert.ThrowsAsync<DialFailedException>(() => client.ConnectAsync(absent.PeerId).InTimeAsync("the dial ends"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await client.ConnectAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await client.ConnectAsync(client.PeerId));
    }

    [Fact]
    public async Task Concurrent_dials_to_one_peer_share_one_connection()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        var connections = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends")));

        Assert.Single(connections.Distinct());
    }

    [Fact]
    public async Task A_dial_whose_caller_gave_up_still_serves_the_others()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        using var cancelled = new CancellationTokenSource();

        var given = client.ConnectAsync(server.PeerId, cancelled.Token).AsTask();
        var kept = client.ConnectAsync(server.PeerId).AsTask();
        await cancelled.CancelAsync();

        Assert.Equal(server.PeerId, (await kept.InTimeAsync("the dial ends")).RemotePeer);
        await Record.ExceptionAsync(() => given);
    }

    [Fact]
    public async Task Two_peers_that_dial_each_other_at_once_stay_connected()
    {
        for (var i = 0; i < 10; i++)
        {
            await using var first = await TestHost.StartEchoAsync();
            await using var second = await TestHost.StartEchoAsync();
            first.KeepConnected(second.PeerId, second.ListenAddresses);
            second.KeepConnected(first.PeerId, first.ListenAddresses);

            await Eventually.TrueAsync(() => first.IsConnected(second.PeerId) && second.IsConnected(first.PeerId), "both are connected");
            await first.PingAsync(second.PeerId).InTimeAsync("a ping there");
            await second.PingAsync(first.PeerId).InTimeAsync("a ping back");
        }
    }

    [Fact]
    public async Task A_kept_peer_is_connected_again_after_it_restarted()
    {
        var port = FreePort();
        using var identity = PeerIdentity.Generate();
        Task<Libp2pHost> StartServerAsync() => TestHost.StartEchoAsync(options =>
        {
            options.Identity = identity;
            options.ListenAddresses.Add(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}"));
        });
        await using var client = await TestHost.StartAsync(options => options.MaxReconnectDelay = TimeSpan.FromMilliseconds(200));
        client.KeepConnected(identity.PeerId, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}"));

        for (var i = 0; i < 3; i++)
        {
            await using var server = await StartServerAsync();
            await Eventually.TrueAsync(() => client.IsConnected(identity.PeerId), "the peer is connected by itself");
            await client.PingAsync(identity.PeerId).InTimeAsync("the connection works");
            await server.StopAsync();
            await Eventually.TrueAsync(() => !client.IsConnected(identity.PeerId), "the loss is noticed");
        }
    }

    [Fact]
    public async Task A_kept_peer_that_moved_is_dialled_at_its_new_address_at_once()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync(options =>
        {
            options.InitialReconnectDelay = TimeSpan.FromMinutes(10); // The next dial by itself would come far too late.
            options.MaxReconnectDelay = TimeSpan.FromMinutes(10);
        });
        client.KeepConnected(server.PeerId, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{FreePort()}"));
        await Assert.ThrowsAsync<DialFailedException>(() => client.ConnectAsync(server.PeerId).InTimeAsync("the old address fails"));

        client.KeepConnected(server.PeerId, server.ListenAddresses);

        await Eventually.TrueAsync(() => client.IsConnected(server.PeerId), "the new address is dialled");
    }

    [Fact]
    public async Task A_kept_peer_is_dialled_again_when_its_connection_is_closed_and_not_after_it_is_released()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.KeepConnected(server.PeerId, server.ListenAddresses);
        await Eventually.TrueAsync(() => client.IsConnected(server.PeerId), "the peer is connected");
        var first = client.Connections.Single();

        await client.DisconnectAsync(server.PeerId).InTimeAsync("the connection is closed");
        await Eventually.TrueAsync(() => client.Connections is [var again] && again != first, "a new connection is there");

        Assert.True(client.StopKeepingConnected(server.PeerId));
        await client.DisconnectAsync(server.PeerId).InTimeAsync("the connection is closed");
        Assert.False(client.IsConnected(server.PeerId));
        Assert.False(client.IsKeptConnected(server.PeerId));
    }

    [Fact]
    public async Task Events_tell_of_the_first_connection_and_the_loss_of_the_last()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        var events = new ConcurrentQueue<string>();
        client.PeerConnected += (_, e) => events.Enqueue($"+{e.Peer}");
        client.PeerDisconnected += (_, e) => events.Enqueue($"-{e.Peer}");
        client.PeerConnected += (_, _) => throw new InvalidOperationException("A subscriber's failure harms nobody.");

        await client.ConnectAsync(server.PeerId);
        await client.DisconnectAsync(server.PeerId);
        await client.ConnectAsync(server.PeerId);
        await server.StopAsync();

        await Eventually.TrueAsync(() => events.Count == 4, "four events are raised");
        Assert.Equal([$"+{server.PeerId}", $"-{server.PeerId}", $"+{server.PeerId}", $"-{server.PeerId}"], events);
    }

    [Fact]
    public async Task A_connection_without_streams_is_closed_after_the_idle_time_and_one_with_a_stream_is_not()
    {
        await using var server = await TestHost.StartEchoAsync(options => options.IdleTimeout = TimeSpan.FromMilliseconds(200));
        await using var idle = await TestHost.StartAsync();
        await using var busy = await TestHost.StartAsync();
        idle.Knows(server);
        busy.Knows(server);
        await using var stream = await busy.NewStreamAsync(server.PeerId, TestHost.Echo);
        await stream.WaitForNegotiationAsync().InTimeAsync("the stream is open");
        await idle.ConnectAsync(server.PeerId);

        await Eventually.TrueAsync(() => !idle.IsConnected(server.PeerId), "the idle connection is closed");
        Assert.True(busy.IsConnected(server.PeerId));
        await stream.DisposeAsync();
        await Eventually.TrueAsync(() => !busy.IsConnected(server.PeerId), "the other follows once its stream is gone");
    }

    [Fact]
    public async Task Ping_measures_a_round_trip()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        for (var i = 0; i < 5; i++)
            Assert.True(await client.PingAsync(server.PeerId).InTimeAsync("the echo arrives") > TimeSpan.Zero);
    }

    [Fact]
    public async Task Identify_tells_what_a_peer_is_and_serves()
    {
        await using var server = await TestHost.StartEchoAsync(options => options.AgentVersion = "test/1");
        server.SetStreamHandler(new("/secret/1.0.0"), TestHost.EchoAsync, new StreamHandlerOptions { AllowPeer = _ => false });
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        var information = await client.IdentifyAsync(server.PeerId).InTimeAsync("the peer describes itself");

        Assert.Equal(server.PublicKey, information.PublicKey);
        Assert.Equal("test/1", information.AgentVersion);
        Assert.Equal(server.ListenAddresses, information.ListenAddresses);
        Assert.Equal(
            ["/echo/1.0.0", "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0"],
            information.Protocols.Select(protocol => protocol.Value).Order(StringComparer.Ordinal));
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", information.ObservedAddress?.ToString(), StringComparison.Ordinal);
        Assert.Equal(information, client.Connections.Single().RemoteInformation);
    }

    [Fact]
    public async Task A_name_is_resolved()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        server.ListenAddresses[0].TryGetTcpEndPoint(out var endPoint);

        var named = Multiaddr.Parse($"/dns4/localhost/tcp/{((IPEndPoint)endPoint!).Port}/p2p/{server.PeerId}");
        var connection = await client.ConnectAsync(named).InTimeAsync("the dial ends");

        Assert.Equal(server.PeerId, connection.RemotePeer);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
