using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class SecurityTests
{
    public static TheoryData<SecurityProtocol, bool, bool> Matrix { get; } = new MatrixTheoryData<SecurityProtocol, bool, bool>(
        [SecurityProtocol.Noise, SecurityProtocol.Tls], [true, false], [true, false]);

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task A_connection_is_secured_and_multiplexed_as_both_sides_agree(SecurityProtocol security, bool diallersEarly, bool listenersEarly)
    {
        await using var server = await TestHost.StartEchoAsync(options => options.EarlyMuxerNegotiation = listenersEarly);
        await using var client = await TestHost.StartAsync(options => (options.Security, options.EarlyMuxerNegotiation) = ([security], diallersEarly));
        client.Knows(server);

        var connection = await client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends");
        await client.PingAsync(server.PeerId).InTimeAsync("the connection works");

        var id = security == SecurityProtocol.Noise ? "/noise" : "/tls/1.0.0";
        Assert.All([connection, server.Connections.Single()], end =>
        {
            Assert.Equal((id, "/yamux/1.0.0"), (end.Security.Value, end.Multiplexer.Value));
            Assert.Equal(diallersEarly && listenersEarly, end.UsedEarlyMuxerNegotiation);
        });
    }

    [Theory]
    [InlineData("Noise Tls", "Tls Noise", "/noise")]
    [InlineData("Tls Noise", "Noise Tls", "/tls/1.0.0")]
    [InlineData("Noise Tls", "Tls", "/tls/1.0.0")]
    [InlineData("Tls Noise", "Noise", "/noise")]
    public async Task The_first_of_the_diallers_that_the_listener_has_is_taken(string diallers, string listeners, string agreed)
    {
        await using var server = await TestHost.StartAsync(options => options.Security = Parse(listeners));
        await using var client = await TestHost.StartAsync(options => options.Security = Parse(diallers));
        client.Knows(server);

        Assert.Equal(agreed, (await client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends")).Security.Value);
    }

    [Fact]
    public async Task Sides_without_a_common_security_do_not_connect()
    {
        await using var server = await TestHost.StartAsync(options => options.Security = [SecurityProtocol.Noise]);
        await using var client = await TestHost.StartAsync(options => options.Security = [SecurityProtocol.Tls]);
        client.Knows(server);

        var error = await Assert.ThrowsAsync<DialFailedException>(() => client.ConnectAsync(server.PeerId).InTimeAsync("the dial ends"));

        Assert.Contains("/tls/1.0.0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SecurityProtocol.Noise)]
    [InlineData(SecurityProtocol.Tls)]
    public async Task A_dial_that_the_listener_refuses_fails(SecurityProtocol security)
    {
        await using var server = await TestHost.StartAsync(options => options.Gater = new PeerAllowList());
        await using var stranger = await TestHost.StartAsync(options => options.Security = [security]);
        stranger.Knows(server);
        var connected = false;
        stranger.PeerConnected += (_, _) => connected = true;

        await Assert.ThrowsAnyAsync<Libp2pException>(() => stranger.ConnectAsync(server.PeerId).InTimeAsync("the dial is refused"));

        Assert.False(connected);
        Assert.Empty(stranger.Connections);
    }

    [Theory]
    [InlineData(SecurityProtocol.Noise)]
    [InlineData(SecurityProtocol.Tls)]
    public async Task Another_peer_at_the_address_is_refused(SecurityProtocol security)
    {
        await using var impostor = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync(options => options.Security = [security]);
        using var wanted = PeerIdentity.Generate();
        client.AddressBook.Set(wanted.PeerId, impostor.ListenAddresses);

        var error = await Assert.ThrowsAsync<PeerIdMismatchException>(() => client.ConnectAsync(wanted.PeerId).InTimeAsync("the dial ends"));

        Assert.Equal((wanted.PeerId, impostor.PeerId), (error.Expected, error.Actual));
        Assert.Empty(client.Connections);
        await Eventually.TrueAsync(() => impostor.Connections.Count == 0, "the impostor has no connection");
    }

    [Fact]
    public async Task Much_data_goes_through_TLS_in_both_directions_at_once()
    {
        await using var server = await TestHost.StartEchoAsync();
        await using var client = await TestHost.StartAsync(options => options.Security = [SecurityProtocol.Tls]);
        client.Knows(server);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var sent = System.Security.Cryptography.RandomNumberGenerator.GetBytes(1_000_000);
            await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo).InTimeAsync("a stream opens");
            var reading = stream.Input.ReadToEndAsync();
            await stream.Output.WriteAsync(sent).InTimeAsync("everything is sent");
            await stream.CloseWriteAsync().InTimeAsync("the end is sent");
            Assert.Equal(sent, await reading);
        }));
    }

    [Fact]
    public void Options_name_each_security_once()
    {
        Assert.Throws<ArgumentException>(() => new Libp2pOptions { Security = [] }.Validate());
        Assert.Throws<ArgumentException>(() => new Libp2pOptions { Security = [SecurityProtocol.Tls, SecurityProtocol.Tls] }.Validate());
        Assert.Throws<ArgumentException>(() => new Libp2pOptions { Security = [(SecurityProtocol)7] }.Validate());
        new Libp2pOptions { Security = [SecurityProtocol.Tls] }.Validate();
    }

    private static List<SecurityProtocol> Parse(string names) => [.. names.Split(' ').Select(Enum.Parse<SecurityProtocol>)];
}
