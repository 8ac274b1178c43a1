using System.Net;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class NamingTests : IAsyncLifetime
{
    private readonly NameServer _names = new();
    private Libp2pHost _server = null!;
    private Libp2pHost _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestHost.StartAsync();
        _client = await TestHost.StartAsync(options => options.NameServers.Add(_names.EndPoint));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        await _names.DisposeAsync();
    }

    [Theory]
    [InlineData("dns")]
    [InlineData("dns4")]
    public async Task A_name_is_resolved_to_its_addresses(string kind)
    {
        _names.SetAddresses("peer.test", IPAddress.Loopback);

        var connection = await ConnectAsync($"/{kind}/peer.test/tcp/{Port(_server)}");

        Assert.Equal(_server.ListenAddresses[0], connection.RemoteAddress);
    }

    [Fact]
    public async Task A_dnsaddr_leads_to_addresses_also_by_way_of_others()
    {
        using var other = PeerIdentity.Generate();
        _names.SetAddresses("peer.test", IPAddress.Loopback);
        _names.SetTexts("_dnsaddr.cluster.test", "v=spf1 -all", "dnsaddr=/dnsaddr/first.test", $"dnsaddr=/ip4/127.0.0.1/tcp/1/p2p/{other.PeerId}", "dnsaddr=nonsense");
        _names.SetTexts("_dnsaddr.first.test", $"dnsaddr=/dns4/peer.test/tcp/{Port(_server)}/p2p/{_server.PeerId}");

        var connection = await ConnectAsync("/dnsaddr/cluster.test");

        Assert.Equal(_server.ListenAddresses[0], connection.RemoteAddress);
    }

    [Fact]
    public async Task A_name_is_resolved_anew_for_every_dial()
    {
        _names.SetTexts("_dnsaddr.cluster.test", "dnsaddr=/ip4/127.0.0.1/tcp/1");
        await Assert.ThrowsAsync<DialFailedException>(() => ConnectAsync("/dnsaddr/cluster.test"));

        _names.SetTexts("_dnsaddr.cluster.test", $"dnsaddr={_server.AddressOf()}");

        Assert.Equal(_server.PeerId, (await ConnectAsync("/dnsaddr/cluster.test")).RemotePeer);
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_or_round_in_circles_is_a_typed_error()
    {
        _names.SetTexts("_dnsaddr.circle.test", "dnsaddr=/dnsaddr/circle.test", "dnsaddr=/dnsaddr/circle.test");

        var circle = await Assert.ThrowsAsync<DialFailedException>(() => ConnectAsync("/dnsaddr/circle.test"));
        Assert.Contains("/dnsaddr/circle.test", circle.Message, StringComparison.Ordinal);
        Assert.InRange(_names.Queries, 1, 32);

        _client.AddressBook.Remove(_server.PeerId);
        var nowhere = await Assert.ThrowsAsync<DialFailedException>(() => ConnectAsync("/dns4/nobody.test/tcp/1"));
        Assert.Contains("/dns4/nobody.test", nowhere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_does_not_hide_an_address_that_works()
    {
        _client.AddressBook.Set(_server.PeerId, Multiaddr.Parse("/dns4/nobody.test/tcp/1"), _server.ListenAddresses[0]);

        Assert.Equal(_server.PeerId, (await _client.ConnectAsync(_server.PeerId).InTimeAsync("the dial ends")).RemotePeer);
    }

    private static int Port(Libp2pHost host) =>
        host.ListenAddresses[0].TryGetTcpEndPoint(out var endPoint) ? ((IPEndPoint)endPoint).Port : throw new InvalidOperationException("The host does not listen.");

    private Task<Libp2pConnection> ConnectAsync(string address) =>
        _client.ConnectAsync(Multiaddr.Parse($"{address}/p2p/{_server.PeerId}")).InTimeAsync("the dial ends");
}
