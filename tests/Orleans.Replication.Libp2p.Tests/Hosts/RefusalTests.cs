using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class RefusalTests
{
    [Fact]
    public async Task A_peer_that_is_not_allowed_is_cut_off_before_any_protocol_is_served()
    {
        var served = 0;
        await using var server = await TestHost.StartAsync(options => options.Gater = new PeerAllowList());
        server.SetStreamHandler(TestHost.Echo, (_, _) =>
        {
            Interlocked.Increment(ref served);
            return Task.CompletedTask;
        });
        await using var stranger = await TestHost.StartAsync();
        stranger.Knows(server);

        await Assert.ThrowsAnyAsync<Libp2pException>(
            () => stranger.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("the stranger is refused"));
        Assert.Empty(server.Connections);
        Assert.Equal(0, served);
    }

    [Fact]
    public async Task A_peer_that_is_not_allowed_is_not_dialled()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync(options => options.Gater = new PeerAllowList());
        client.Knows(server);

        await Assert.ThrowsAsync<PeerNotAllowedException>(() => client.ConnectAsync(server.PeerId).InTimeAsync("the dial is refused"));
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task A_peer_added_to_the_list_may_connect_and_one_removed_is_disconnected()
    {
        var members = new PeerAllowList();
        await using var server = await TestHost.StartEchoAsync(options => options.Gater = members);
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        await Assert.ThrowsAnyAsync<Libp2pException>(() => client.ConnectAsync(server.PeerId).InTimeAsync("the stranger is refused"));

        members.Add(client.PeerId);
        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("the member connects");
        await stream.WaitForNegotiationAsync().InTimeAsync("the member is served");

        members.Remove(client.PeerId);
        await Eventually.TrueAsync(() => !client.IsConnected(server.PeerId) && server.Connections.Count == 0, "the former member is disconnected");
        await Assert.ThrowsAnyAsync<ConnectionResetException>(() => stream.Input.ReadAsync().InTimeAsync("its stream ends"));
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_refused_and_kept_peers_are_not()
    {
        await using var server = await TestHost.StartEchoAsync(options => options.Limits.MaxConnections = 1);
        await using var first = await TestHost.StartAsync();
        await using var second = await TestHost.StartAsync();
        await using var member = await TestHost.StartAsync();
        foreach (var client in new[] { first, second, member })
            client.Knows(server);
        server.KeepConnected(member.PeerId, Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")); // Kept, and not found there.

        await first.PingAsync(server.PeerId).InTimeAsync("the first connects");
        await Assert.ThrowsAnyAsync<Libp2pException>(() => second.ConnectAsync(server.PeerId).InTimeAsync("the second is refused"));
        await member.PingAsync(server.PeerId).InTimeAsync("the kept peer connects");

        await first.DisposeAsync();
        await Eventually.TrueAsync(() => server.Connections.Count == 1, "the first is gone");
        await second.PingAsync(server.PeerId).InTimeAsync("the second takes its place");
    }

    [Fact]
    public async Task Connections_of_one_peer_beyond_the_limit_are_refused()
    {
        using var identity = PeerIdentity.Generate();
        await using var server = await TestHost.StartAsync(options => options.Limits.MaxConnectionsPerPeer = 2);
        var clients = new List<Libp2pHost>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await TestHost.StartAsync(options => options.Identity = identity));
            clients[i].Knows(server);
        }

        await clients[0].PingAsync(server.PeerId).InTimeAsync("the first connects");
        await clients[1].PingAsync(server.PeerId).InTimeAsync("the second connects");
        await Assert.ThrowsAnyAsync<Libp2pException>(() => clients[2].ConnectAsync(server.PeerId).InTimeAsync("the third is refused"));

        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task Handshakes_beyond_the_limit_are_refused_and_those_half_open_time_out()
    {
        await using var server = await TestHost.StartAsync(options =>
        {
            options.Limits.MaxPendingHandshakes = 2;
            options.HandshakeTimeout = TimeSpan.FromSeconds(1);
        });
        server.ListenAddresses[0].TryGetTcpEndPoint(out var address);
        using var first = await ConnectAsync(address!);
        using var second = await ConnectAsync(address!);
        using var third = await ConnectAsync(address!);

        Assert.Empty(await ReadToEndAsync(third)); // Refused: closed without a byte.
        await ReadToEndAsync(first); // Timed out: closed after this side said nothing.
        await ReadToEndAsync(second);

        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        while (await Record.ExceptionAsync(() => client.PingAsync(server.PeerId).InTimeAsync("there is room again")) is { } error)
            Assert.IsType<DialFailedException>(error); // The server closes a socket a moment before it has counted it out.
    }

    [Fact]
    public async Task A_dial_to_somebody_who_says_nothing_times_out()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var client = await TestHost.StartAsync(options => options.HandshakeTimeout = TimeSpan.FromMilliseconds(300));
        using var peer = PeerIdentity.Generate();
        client.AddressBook.Set(peer.PeerId, Multiaddr.FromTcp((IPEndPoint)silent.LocalEndpoint));

        var error = await Assert.ThrowsAsync<DialFailedException>(() => client.ConnectAsync(peer.PeerId).InTimeAsync("the dial times out"));

        Assert.IsType<HandshakeFailedException>(error.InnerException);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\u0013/multistream/1.0.0\n\u0007/noise\nGARBAGE-GARBAGE-GARBAGE-GARBAGE")]
    [InlineData("\u0013/multistream/1.0.0\n\u000b/plaintext\n")]
    public async Task Somebody_who_speaks_something_else_is_disconnected(string greeting)
    {
        await using var server = await TestHost.StartAsync(options => options.HandshakeTimeout = TimeSpan.FromSeconds(1));
        server.ListenAddresses[0].TryGetTcpEndPoint(out var address);
        using var socket = await ConnectAsync(address!);
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(greeting));

        await ReadToEndAsync(socket);
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task Streams_of_one_connection_beyond_its_limit_are_reset()
    {
        await using var server = await TestHost.StartEchoAsync(options => options.Limits.MaxInboundStreamsPerConnection = 3);
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        var streams = new List<Libp2pStream>();
        for (var i = 0; i < 3; i++)
        {
            streams.Add(await client.NewStreamAsync(server.PeerId, TestHost.Echo));
            await streams[i].WaitForNegotiationAsync().InTimeAsync("the stream is served");
        }

        await using var refused = await client.NewStreamAsync(server.PeerId, TestHost.Echo);
        await Assert.ThrowsAsync<StreamResetException>(() => refused.Input.ReadAsync().InTimeAsync("the stream beyond the limit is reset"));
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_that_never_names_its_protocol_is_reset()
    {
        await using var server = await TestHost.StartAsync(options => options.NegotiationTimeout = TimeSpan.FromMilliseconds(300));
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        await client.ConnectAsync(server.PeerId);

        // Half a proposal, and then nothing.
        var stream = await RawStream.OpenAsync(client, server.PeerId);
        await stream.Output.WriteAsync(new byte[] { 0x13, 0x2f });

        await Eventually.CancelledAsync("the server gives the stream up", stream.Closed);
        stream.Dispose();
    }

    private static async Task<Socket> ConnectAsync(EndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket);
        using var bytes = new MemoryStream();
        try
        {
            await stream.CopyToAsync(bytes).InTimeAsync("the server closes the connection");
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }

        return bytes.ToArray();
    }
}
