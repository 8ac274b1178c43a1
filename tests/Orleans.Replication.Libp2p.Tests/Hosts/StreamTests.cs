using System.Security.Cryptography;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class StreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(3_000_000)]
    public async Task What_is_sent_to_an_echo_comes_back(int length)
    {
        await using var server = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        var sent = RandomNumberGenerator.GetBytes(length);

        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
        var reading = stream.Input.ReadToEndAsync();
        await stream.Output.WriteAsync(sent);
        await stream.CloseWriteAsync().InTimeAsync("the write half closes");

        Assert.Equal(sent, await reading);
    }

    [Fact]
    public async Task A_hundred_streams_share_one_connection()
    {
        await using var server = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var sent = RandomNumberGenerator.GetBytes(10_000);
            await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
            await stream.Output.WriteAsync(sent);
            Assert.Equal(sent, await stream.Input.ReadExactlyAsync(sent.Length));
        }));

        Assert.Single(client.Connections);
    }

    [Fact]
    public async Task A_protocol_that_is_not_served_surfaces_on_the_first_read()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
        // The refusal may be quicker, and has reset the stream then.
        await Record.ExceptionAsync(async () => await stream.Output.WriteAsync(new byte[10]));

        await Assert.ThrowsAsync<UnsupportedProtocolException>(() => stream.Input.ReadAsync().InTimeAsync("the read ends"));
    }

    [Fact]
    public async Task A_protocol_that_is_not_served_surfaces_in_the_writes_that_come_after_the_refusal()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
        await Assert.ThrowsAsync<UnsupportedProtocolException>(() => stream.WaitForNegotiationAsync().InTimeAsync("the refusal arrives"));

        await Assert.ThrowsAsync<UnsupportedProtocolException>(() => stream.Output.WriteAsync(new byte[10]).InTimeAsync("the write ends"));
    }

    [Fact]
    public async Task A_protocol_that_is_not_served_surfaces_at_the_close_of_those_who_only_write()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");

        await Assert.ThrowsAsync<UnsupportedProtocolException>(() => stream.CloseWriteAsync().InTimeAsync("the close ends"));
    }

    [Fact]
    public async Task The_first_served_of_several_protocols_is_taken()
    {
        await using var server = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        ProtocolId[] candidates = [new("/echo/3.0.0"), new("/echo/2.0.0"), TestHost.Echo];
        await using var stream = await client.NewStreamAsync(server.PeerId, candidates).InTimeAsync("a stream opens");

        Assert.Equal(TestHost.Echo, stream.Protocol);
        await stream.Output.WriteAsync(new byte[] { 7 });
        Assert.Equal([7], await stream.Input.ReadExactlyAsync(1));
    }

    [Fact]
    public async Task None_served_of_several_protocols_fails_at_once()
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        ProtocolId[] candidates = [new("/echo/3.0.0"), new("/echo/2.0.0")];
        await Assert.ThrowsAsync<UnsupportedProtocolException>(
            () => client.NewStreamAsync(server.PeerId, candidates).InTimeAsync("the proposals are answered"));
    }

    [Fact]
    public async Task A_handler_that_fails_resets_its_stream_and_nothing_else()
    {
        await using var server = await TestHost.StartEchoAsync();
        server.SetStreamHandler(new("/fail/1.0.0"), (_, _) => throw new InvalidOperationException("A failure of the test."));
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await using var failing = await client.NewStreamAsync(server.PeerId, new ProtocolId("/fail/1.0.0")).InTimeAsync("a stream opens");
        var error = await Assert.ThrowsAsync<StreamResetException>(() => failing.Input.ReadAsync().InTimeAsync("the reset arrives"));
        Assert.True(error.IsRemote);

        await using var healthy = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
        await healthy.Output.WriteAsync(new byte[] { 1 });
        Assert.Equal([1], await healthy.Input.ReadExactlyAsync(1));
        Assert.Single(client.Connections);
    }

    [Fact]
    public async Task A_protocol_may_be_served_to_some_peers_only()
    {
        var members = new PeerAllowList();
        await using var server = await TestHost.StartEchoAsync();
        var handled = 0;
        server.SetStreamHandler(
            new("/members/1.0.0"),
            async (stream, token) =>
            {
                Interlocked.Increment(ref handled);
                await TestHost.EchoAsync(stream, token);
            },
            new StreamHandlerOptions { AllowPeer = members.Contains });
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        await using (var refused = await client.NewStreamAsync(server.PeerId, new ProtocolId("/members/1.0.0")))
            await Assert.ThrowsAsync<UnsupportedProtocolException>(() => refused.Input.ReadAsync().InTimeAsync("the read ends"));
        Assert.Equal(0, handled);

        await using (var served = await client.NewStreamAsync(server.PeerId, TestHost.Echo))
            await served.CloseWriteAsync().InTimeAsync("the protocol for everybody is accepted");

        members.Add(client.PeerId);
        await using var admitted = await client.NewStreamAsync(server.PeerId, new ProtocolId("/members/1.0.0"));
        await admitted.WaitForNegotiationAsync().InTimeAsync("the member is served");

        members.Remove(client.PeerId);
        server.EnforcePermissions();
        await Assert.ThrowsAsync<StreamResetException>(() => admitted.Input.ReadAsync().InTimeAsync("the stream of the former member is reset"));
        Assert.True(client.IsConnected(server.PeerId));
    }

    [Fact]
    public async Task Streams_of_a_protocol_beyond_its_limit_are_reset()
    {
        await using var server = await TestHost.StartAsync();
        server.SetStreamHandler(TestHost.Echo, TestHost.EchoAsync, new StreamHandlerOptions { MaxStreams = 2 });
        await using var client = await TestHost.StartAsync();
        client.Knows(server);

        var streams = new List<Libp2pStream>();
        for (var i = 0; i < 2; i++)
        {
            streams.Add(await client.NewStreamAsync(server.PeerId, TestHost.Echo));
            await streams[i].Output.WriteAsync(new byte[] { 1 });
            await streams[i].Input.ReadExactlyAsync(1);
        }

        await using var refused = await client.NewStreamAsync(server.PeerId, TestHost.Echo);
        await Assert.ThrowsAsync<StreamResetException>(() => refused.Input.ReadAsync().InTimeAsync("the stream beyond the limit is reset"));

        await streams[0].DisposeAsync();
        await Eventually.TrueAsync(() => TryEchoAsync(client, server).GetAwaiter().GetResult(), "a stream ends and makes room for another");
        await streams[1].DisposeAsync();
    }

    private static async Task<bool> TryEchoAsync(Libp2pHost client, Libp2pHost server)
    {
        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo);
        try
        {
            await stream.Output.WriteAsync(new byte[] { 1 });
            var result = await stream.Input.ReadAsync();
            stream.Input.AdvanceTo(result.Buffer.End);
            return !result.Buffer.IsEmpty;
        }
        catch (StreamResetException)
        {
            return false;
        }
    }
}
