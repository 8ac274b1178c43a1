using System.Net;
using System.Net.Sockets;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class DialTests
{
    [Fact]
    public async Task An_address_where_nobody_answers_does_not_hold_up_the_others_and_is_given_up()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync(Patient);
        using var silent = Listen();
        client.AddressBook.Set(server.PeerId, AddressOf(silent), server.ListenAddresses[0]);

        var connection = await client.ConnectAsync(server.PeerId).InTimeAsync("the second address is dialled beside the first");

        Assert.Equal(server.ListenAddresses[0], connection.RemoteAddress);
        using var abandoned = await silent.AcceptSocketAsync().InTimeAsync("the first was dialled");
        await ReadToEndAsync(abandoned);
    }

    [Fact]
    public async Task No_more_addresses_are_dialled_at_once_than_allowed()
    {
        await using var client = await TestHost.StartAsync(options =>
        {
            Patient(options);
            options.DialStagger = TimeSpan.Zero;
            options.MaxParallelDialsPerPeer = 2;
        });
        using var peer = PeerIdentity.Generate();
        TcpListener[] silent = [Listen(), Listen(), Listen()];
        client.AddressBook.Set(peer.PeerId, silent.Select(AddressOf));
        var dial = client.ConnectAsync(peer.PeerId).AsTask();
        var first = await silent[0].AcceptSocketAsync().InTimeAsync("the first address is dialled");
        using var second = await silent[1].AcceptSocketAsync().InTimeAsync("the second is dialled beside it");
        Assert.False(silent[2].Pending());

        first.Dispose();

        using var third = await silent[2].AcceptSocketAsync().InTimeAsync("the third takes the place of the first, which failed");
        second.Dispose();
        third.Dispose();
        var error = await Assert.ThrowsAsync<DialFailedException>(() => dial.InTimeAsync("the dial fails when all have failed"));
        Assert.Contains("3 addresses", error.Message, StringComparison.Ordinal);
        Array.ForEach(silent, listener => listener.Dispose());
    }

    [Fact]
    public async Task Of_several_addresses_that_lead_to_the_peer_one_connection_remains()
    {
        await using var server = await TestHost.StartEchoAsync(options =>
        {
            for (var i = 0; i < 4; i++)
                options.ListenAddresses.Add(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"));
            options.Limits.MaxConnectionsPerPeer = 8;
        });
        await using var client = await TestHost.StartAsync(options => options.DialStagger = TimeSpan.Zero);
        client.Knows(server);

        var connection = await client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends");
        await Eventually.TrueAsync(() => server.Connections.Count == 1, "the others are given up");

        Assert.Equal([connection], client.Connections);
        await client.PingAsync(server.PeerId).InTimeAsync("the connection works");
    }

    [Fact]
    public async Task Callers_that_come_while_a_dial_ends_share_its_connection()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        for (var round = 0; round < 60; round++)
        {
            // They do not wait for the dial, but ask again and again until it is over.
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                ValueTask<Libp2pConnection> answer;
                do
                    answer = client.ConnectAsync(server.PeerId, new CancellationToken(canceled: true));
                while (!answer.IsCompletedSuccessfully);
                return answer.Result;
            })).ToArray();
            await Task.WhenAll(callers).InTimeAsync("a dial ends");

            Assert.True(client.Connections.Count == 1, $"There are {client.Connections.Count} connections after round {round}.");
            await client.DisconnectAsync(server.PeerId).InTimeAsync("the connection ends");
        }
    }

    [Fact]
    public async Task A_host_stops_while_it_dials_many_addresses()
    {
        var client = await TestHost.StartAsync(options =>
        {
            Patient(options);
            options.DialStagger = TimeSpan.Zero;
        });
        using var peer = PeerIdentity.Generate();
        using var silent = Listen();
        client.AddressBook.Set(peer.PeerId, AddressOf(silent), Multiaddr.Parse("/dns4/localhost/tcp/1"));
        var dial = client.ConnectAsync(peer.PeerId).AsTask();
        using var accepted = await silent.AcceptSocketAsync().InTimeAsync("the address is dialled");

        await client.DisposeAsync().InTimeAsync("the host stops");

        await Assert.ThrowsAnyAsync<Exception>(() => dial.InTimeAsync("the dial ends"));
        Assert.Equal(0, client.BackgroundTaskCount);
    }

    [Fact]
    public async Task Two_peers_that_dial_each_other_at_once_end_with_one_connection_that_both_use()
    {
        await using var first = await TestHost.StartEchoAsync(options => options.RedundantConnectionGrace = TimeSpan.FromMilliseconds(100));
        await using var second = await TestHost.StartEchoAsync(options => options.RedundantConnectionGrace = TimeSpan.FromMilliseconds(100));
        await using var toSecond = FaultProxy.Start(second.ListenAddresses[0]);
        await using var toFirst = FaultProxy.Start(first.ListenAddresses[0]);
        (toSecond.Forth.Fault, toFirst.Forth.Fault) = (LinkFault.Hold, LinkFault.Hold);
        first.AddressBook.Set(second.PeerId, toSecond.Address);
        second.AddressBook.Set(first.PeerId, toFirst.Address);
        var dials = new[] { first.ConnectAsync(second.PeerId).AsTask(), second.ConnectAsync(first.PeerId).AsTask() };

        (toSecond.Forth.Fault, toFirst.Forth.Fault) = (LinkFault.None, LinkFault.None); // Neither has heard of the other's dial.
        await Task.WhenAll(dials).InTimeAsync("both dials end");

        await Eventually.TrueAsync(() => first.Connections.Count == 1 && second.Connections.Count == 1, "one connection remains");
        var greater = first.PeerId > second.PeerId ? first : second;
        Assert.Equal(ConnectionDirection.Outbound, greater.Connections.Single().Direction);
        await first.PingAsync(second.PeerId).InTimeAsync("a ping there");
        await second.PingAsync(first.PeerId).InTimeAsync("a ping back");
    }

    [Fact]
    public async Task A_redundant_connection_stays_while_it_carries_a_stream()
    {
        await using var first = await TestHost.StartEchoAsync(options => options.RedundantConnectionGrace = TimeSpan.FromMilliseconds(50));
        await using var second = await TestHost.StartEchoAsync(options => options.RedundantConnectionGrace = TimeSpan.FromMilliseconds(50));
        var (smaller, greater) = first.PeerId < second.PeerId ? (first, second) : (second, first);
        await using var toSmaller = FaultProxy.Start(smaller.ListenAddresses[0]);
        toSmaller.Forth.Fault = LinkFault.Hold;
        greater.AddressBook.Set(smaller.PeerId, toSmaller.Address);
        smaller.Knows(greater);
        var dial = greater.ConnectAsync(smaller.PeerId).AsTask();
        await using var stream = await smaller.NewStreamAsync(greater.PeerId, TestHost.Echo).InTimeAsync("the smaller peer opens a stream on its own dial");
        await stream.WaitForNegotiationAsync().InTimeAsync("the stream is open");

        toSmaller.Forth.Fault = LinkFault.None;
        var used = await dial.InTimeAsync("the greater peer's dial ends as well");
        await using var next = await greater.NewStreamAsync(smaller.PeerId, TestHost.Echo).InTimeAsync("another stream is opened");
        Assert.Same(used, next.Connection);
        await EchoAsync(stream);

        await stream.DisposeAsync();
        await Eventually.TrueAsync(() => smaller.Connections.Count == 1 && greater.Connections.Count == 1, "it is closed once it is unused");
        await EchoAsync(next);
    }

    [Theory]
    [InlineData(LinkFault.Drop, LinkFault.Drop)]
    [InlineData(LinkFault.None, LinkFault.Drop)]
    [InlineData(LinkFault.Drop, LinkFault.None)]
    [InlineData(LinkFault.Hold, LinkFault.Hold)]
    public async Task A_peer_that_falls_silent_is_noticed_and_dialled_again(LinkFault forth, LinkFault back)
    {
        static void Impatient(Libp2pOptions options)
        {
            (options.Yamux.KeepAliveInterval, options.Yamux.KeepAliveTimeout) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));
            (options.InitialReconnectDelay, options.MaxReconnectDelay) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(50));
        }

        await using var server = await TestHost.StartEchoAsync(Impatient);
        await using var client = await TestHost.StartAsync(options =>
        {
            Impatient(options);
            options.HandshakeTimeout = TimeSpan.FromSeconds(1);
        });
        await using var proxy = FaultProxy.Start(server.ListenAddresses[0]);
        client.KeepConnected(server.PeerId, proxy.Address);
        await Eventually.TrueAsync(() => client.IsConnected(server.PeerId), "they are connected");
        var lost = client.Connections.Single();

        (proxy.Forth.Fault, proxy.Back.Fault) = (forth, back);
        await Eventually.CancelledAsync("the silence is noticed", lost.Closed);
        (proxy.Forth.Fault, proxy.Back.Fault) = (LinkFault.None, LinkFault.None);

        await Eventually.TrueAsync(() => client.Connections.Any(connection => connection != lost && !connection.Closed.IsCancellationRequested), "a new connection is there");
    }

    [Fact]
    public async Task A_stop_says_goodbye()
    {
        var server = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        var connection = await client.ConnectAsync(server.PeerId).InTimeAsync("they are connected");

        await server.DisposeAsync();

        await Eventually.CancelledAsync("the connection ends", connection.Closed);
        Assert.Null(connection.Error); // An orderly end, no loss.
    }

    [Fact]
    public async Task Ip6_is_listened_on_and_dialled()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 && CanBindIp6(), "This machine has no IPv6 loopback address.");
        await using var server = await TestHost.StartAsync(options => options.ListenAddresses.Add(Multiaddr.Parse("/ip6/::1/tcp/0")));
        await using var client = await TestHost.StartAsync();

        var connection = await client.ConnectAsync(server.AddressOf()).InTimeAsync("the dial ends");

        Assert.StartsWith("/ip6/::1/tcp/", connection.RemoteAddress.ToString(), StringComparison.Ordinal);
    }

    private static void Patient(Libp2pOptions options) => options.DialTimeout = options.HandshakeTimeout = TimeSpan.FromMinutes(10);

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static Multiaddr AddressOf(TcpListener listener) => Multiaddr.FromTcp((IPEndPoint)listener.LocalEndpoint);

    private static bool CanBindIp6()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task EchoAsync(Libp2pStream stream)
    {
        await stream.Output.WriteAsync("hello"u8.ToArray()).InTimeAsync("something is sent");
        Assert.Equal("hello"u8.ToArray(), await stream.Input.ReadExactlyAsync(5));
    }

    private static async Task ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[1_000];
        try
        {
            while (await socket.ReceiveAsync(buffer).InTimeAsync("the dialler gives the connection up") > 0)
                continue;
        }
        catch (SocketException)
        {
            // A reset is an end as well.
        }
    }
}
