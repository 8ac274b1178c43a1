using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

/// <summary>Peers and links that mean harm, or act as if they did: whatever they do, the host stays, its memory is bounded, and its users get an error.</summary>
public sealed class AdversaryTests
{
    public static TheoryData<SecurityProtocol, LinkFault, bool> BrokenLinks { get; } = new MatrixTheoryData<SecurityProtocol, LinkFault, bool>(
        [SecurityProtocol.Noise, SecurityProtocol.Tls], [LinkFault.Corrupt, LinkFault.Duplicate, LinkFault.Reorder, LinkFault.Drop], [true, false]);

    [Theory]
    [MemberData(nameof(BrokenLinks))]
    public async Task Bytes_that_do_not_arrive_as_they_were_sent_end_the_connection_and_never_reach_a_reader(
        SecurityProtocol security, LinkFault fault, bool forth)
    {
        await using var server = await TestHost.StartEchoAsync(Impatient);
        await using var client = await TestHost.StartAsync(options =>
        {
            Impatient(options);
            options.Security = [security];
        });
        await using var proxy = FaultProxy.Start(server.ListenAddresses[0]);
        client.AddressBook.Set(server.PeerId, proxy.Address);
        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
        await stream.Output.WriteAsync(new byte[1_000]);
        await stream.Input.ReadExactlyAsync(1_000);
        var sent = RandomNumberGenerator.GetBytes(200_000);

        (forth ? proxy.Forth : proxy.Back).Fault = fault;
        var writing = Record.ExceptionAsync(() => stream.Output.WriteAsync(sent).InTimeAsync("the write ends"));
        var (received, error) = await ReadUntilErrorAsync(stream);
        await writing;

        Assert.IsAssignableFrom<ConnectionResetException>(error);
        Assert.True(received.Length < sent.Length && received.AsSpan().SequenceEqual(sent.AsSpan(0, received.Length)), "What arrived is a part of what was sent.");
        await Eventually.TrueAsync(() => client.Connections.Count == 0, "the connection is gone");
        proxy.Cut();
        await Eventually.TrueAsync(() => server.Connections.Count == 0, "and at the other end too");
    }

    [Theory]
    [InlineData(SecurityProtocol.Noise)]
    [InlineData(SecurityProtocol.Tls)]
    public async Task A_connection_cut_at_any_byte_of_the_handshake_leaves_nothing_behind(SecurityProtocol security)
    {
        await using var server = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync(options => options.Security = [security]);
        server.ListenAddresses[0].TryGetTcpEndPoint(out var target);
        for (var bytes = 0; bytes < 1_200; bytes += 53)
        {
            await using var cutter = new CuttingProxy((IPEndPoint)target!, bytes);
            client.AddressBook.Set(server.PeerId, cutter.Address);
            var error = await Record.ExceptionAsync(() => client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends"));
            if (error is null)
                await client.DisconnectAsync(server.PeerId).InTimeAsync("a connection that came about ends"); // The cut came after the handshake.
            else
                Assert.IsType<DialFailedException>(error);
        }

        await Eventually.TrueAsync(() => client.Connections.Count == 0 && server.Connections.Count == 0, "no connection is left");
        client.Knows(server);
        await client.PingAsync(server.PeerId).InTimeAsync("the host still serves");
    }

    [Fact]
    public async Task A_handshake_by_the_byte_is_ended_by_its_time_out_and_holds_up_nobody()
    {
        await using var server = await TestHost.StartEchoAsync(options => options.HandshakeTimeout = TimeSpan.FromSeconds(1));
        await using var client = await TestHost.StartAsync();
        await using var proxy = FaultProxy.Start(server.ListenAddresses[0]);
        (proxy.Forth.PieceBytes, proxy.Forth.Delay) = (1, TimeSpan.FromMilliseconds(100));
        client.AddressBook.Set(server.PeerId, proxy.Address);
        await using var other = await TestHost.StartAsync();
        other.Knows(server);

        var slow = client.ConnectAsync(server.PeerId).AsTask();
        await other.PingAsync(server.PeerId).InTimeAsync("another peer is served meanwhile");

        await Assert.ThrowsAsync<DialFailedException>(() => slow.InTimeAsync("the slow one is cut off"));
    }

    [Fact]
    public async Task A_flood_of_sockets_that_say_nothing_is_bounded_and_members_still_get_in()
    {
        const int Sockets = 300;
        await using var server = await TestHost.StartEchoAsync(options =>
        {
            options.Limits.MaxPendingHandshakes = 16;
            options.HandshakeTimeout = TimeSpan.FromSeconds(2);
        });
        server.ListenAddresses[0].TryGetTcpEndPoint(out var target);
        using var memory = new MemoryWatch();
        var flood = new List<Socket>();
        for (var i = 0; i < Sockets; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(target!);
            flood.Add(socket);
        }

        await using var member = await TestHost.StartAsync(options =>
            (options.InitialReconnectDelay, options.MaxReconnectDelay) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100)));
        member.KeepConnected(server.PeerId, server.ListenAddresses);

        await Eventually.TrueAsync(() => member.IsConnected(server.PeerId), "a member gets in once the silent ones have timed out");
        await member.PingAsync(server.PeerId).InTimeAsync("the member is served");
        memory.Report(Sockets, "silent sockets");
        flood.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_flood_of_streams_never_holds_more_of_them_than_allowed()
    {
        const int Streams = 2_000;
        await using var server = await TestHost.StartEchoAsync(options => options.Limits.MaxInboundStreamsPerConnection = 20);
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        await client.PingAsync(server.PeerId).InTimeAsync("they are connected");
        var flooded = server.Connections.Single();
        using var memory = new MemoryWatch();

        for (var i = 0; i < Streams; i++)
        {
            // Names no protocol, sends half a proposal, and goes on to the next.
            using var stream = await RawStream.OpenAsync(client, server.PeerId).InTimeAsync("a stream opens");
            await Record.ExceptionAsync(() => stream.Output.WriteAsync(new byte[] { 0x13 }).InTimeAsync("something is sent"));
            Assert.InRange(flooded.StreamCount, 0, 20);
        }

        memory.Report(Streams, "half-open streams");
        await using var other = await TestHost.StartAsync();
        other.Knows(server);
        await other.PingAsync(server.PeerId).InTimeAsync("others are served");
    }

    private static void Impatient(Libp2pOptions options) =>
        (options.Yamux.KeepAliveInterval, options.Yamux.KeepAliveTimeout) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));

    private static async Task<(byte[] Received, Exception? Error)> ReadUntilErrorAsync(Libp2pStream stream)
    {
        using var received = new MemoryStream();
        while (true)
        {
            try
            {
                var result = await stream.Input.ReadAsync().InTimeAsync("a read ends");
                foreach (var segment in result.Buffer)
                    received.Write(segment.Span);
                stream.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return (received.ToArray(), null);
            }
            catch (IOException error)
            {
                return (received.ToArray(), error);
            }
        }
    }

    /// <summary>Passes so many bytes of the dialler on, then cuts both ends with a reset.</summary>
    private sealed class CuttingProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        internal CuttingProxy(IPEndPoint target, int bytes)
        {
            _listener.Start();
            _serving = ServeAsync(target, bytes);
        }

        internal Multiaddr Address => Multiaddr.FromTcp((IPEndPoint)_listener.LocalEndpoint);

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving.InTimeAsync("the proxy ends");
        }

        private async Task ServeAsync(IPEndPoint target, int bytes)
        {
            try
            {
                using var dialler = await _listener.AcceptSocketAsync();
                using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await listener.ConnectAsync(target);
                dialler.LingerState = listener.LingerState = new LingerOption(enable: true, seconds: 0);
                var back = new FaultyDirection().PumpAsync(listener, dialler, default);
                var buffer = new byte[1];
                while (bytes-- > 0 && await dialler.ReceiveAsync(buffer) > 0)
                    await listener.SendAsync(buffer);
                dialler.Dispose();
                listener.Dispose();
                await back;
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Cut.
            }
        }
    }
}
