using System.Collections.Concurrent;
using System.Net;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class GaterTests
{
    private static readonly string[] Points = ["peer dial", "address dial", "accept", "secured", "upgraded"];

    [Fact]
    public async Task The_five_points_are_asked_in_order_at_both_ends()
    {
        var (dialling, serving) = (new RecordingGater(), new RecordingGater());
        await using var server = await TestHost.StartAsync(options => options.Gater = serving);
        await using var client = await TestHost.StartAsync(options => options.Gater = dialling);
        client.Knows(server);

        await client.PingAsync(server.PeerId).InTimeAsync("they connect");

        Assert.Equal(["peer dial", "address dial", "secured", "upgraded"], dialling.Asked);
        Assert.Equal(["accept", "secured", "upgraded"], serving.Asked);
    }

    [Theory]
    [InlineData("peer dial")]
    [InlineData("address dial")]
    [InlineData("secured")]
    [InlineData("upgraded")]
    public async Task Each_point_of_a_dial_can_refuse_it(string point)
    {
        await using var server = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync(options => options.Gater = new RecordingGater { Refuses = point });
        client.Knows(server);

        await Assert.ThrowsAsync<PeerNotAllowedException>(() => client.ConnectAsync(server.PeerId).InTimeAsync("the dial is refused"));

        Assert.Empty(client.Connections);
        await Eventually.TrueAsync(() => server.Connections.Count == 0, "nothing is left at the other end");
    }

    [Theory]
    [InlineData("accept", SecurityProtocol.Noise)]
    [InlineData("secured", SecurityProtocol.Noise)]
    [InlineData("upgraded", SecurityProtocol.Noise)]
    [InlineData("secured", SecurityProtocol.Tls)]
    [InlineData("upgraded", SecurityProtocol.Tls)]
    public async Task Each_point_of_an_accepted_connection_can_refuse_it(string point, SecurityProtocol security)
    {
        var gater = new RecordingGater { Refuses = point };
        await using var server = await TestHost.StartAsync(options => options.Gater = gater);
        await using var client = await TestHost.StartAsync(options => options.Security = [security]);
        client.Knows(server);

        var error = await Assert.ThrowsAnyAsync<Libp2pException>(() => client.ConnectAsync(server.PeerId).InTimeAsync("the dial is refused"));

        Assert.Equal(point, gater.Asked[^1]);
        Assert.Empty(client.Connections);
        Assert.Empty(server.Connections);
        if (point != "accept") // Before the handshake there is no way to say why.
            Assert.Equal((server.PeerId, 0x1008u), (Assert.IsType<PeerRefusedException>(error).Peer, ((PeerRefusedException)error).Code));
    }

    [Fact]
    public async Task A_limit_is_told_with_its_code()
    {
        await using var server = await TestHost.StartAsync(options => options.Limits.MaxConnections = 1);
        await using var first = await TestHost.StartAsync();
        await using var second = await TestHost.StartAsync();
        first.Knows(server);
        second.Knows(server);
        await first.PingAsync(server.PeerId).InTimeAsync("the first connects");

        var error = await Assert.ThrowsAsync<PeerRefusedException>(() => second.ConnectAsync(server.PeerId).InTimeAsync("the second is refused"));

        Assert.Equal(0x1002u, error.Code);
    }

    [Fact]
    public async Task Handshakes_that_end_at_once_do_not_slip_past_the_limit()
    {
        using var identity = PeerIdentity.Generate();
        await using var server = await TestHost.StartAsync(options => options.Limits.MaxConnectionsPerPeer = 2);
        var clients = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => TestHost.StartAsync(options => options.Identity = identity)));
        foreach (var client in clients)
            client.Knows(server);

        var outcomes = await Task.WhenAll(clients.Select(client => Record.ExceptionAsync(() => client.PingAsync(server.PeerId).InTimeAsync("it is decided")).AsTask()));

        Assert.Equal(2, outcomes.Count(error => error is null));
        Assert.Equal(2, server.Connections.Count);
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    /// <summary>Notes the points at which it was asked, and refuses at one of them.</summary>
    private sealed class RecordingGater : IConnectionGater
    {
        private readonly ConcurrentQueue<string> _asked = new();

        public event EventHandler? Changed
        {
            add { }
            remove { }
        }

        internal string Refuses { get; init; } = string.Empty;

        internal IReadOnlyList<string> Asked => [.. _asked];

        public bool AllowPeer(PeerId peer, ConnectionDirection direction) => true;

        public bool AllowPeerDial(PeerId peer) => Ask(0);

        public bool AllowAddressDial(PeerId peer, Multiaddr address) => Ask(1);

        public bool AllowAccept(EndPoint remote) => Ask(2);

        public bool AllowSecured(PeerId peer, ConnectionDirection direction, Multiaddr remote) => Ask(3);

        public bool AllowUpgraded(Libp2pConnection connection) => Ask(4);

        private bool Ask(int point)
        {
            _asked.Enqueue(Points[point]);
            return Points[point] != Refuses;
        }
    }
}
