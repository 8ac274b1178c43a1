using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Replication.Clustering.Gateways.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>What a client takes for the gateways when silos tell different versions of them. Here a version's one gateway has the version as its port.</summary>
public sealed class GatewayVersionTests
{
    [Fact]
    public async Task The_list_does_not_go_back_when_those_who_know_better_are_silent()
    {
        await using var first = await Teller.StartAsync(5);
        await using var second = await Teller.StartAsync(5);
        var provider = Provider(first, second);
        Assert.Equal(5, await AskAsync(provider));

        (first.Version, second.Version) = (0, 3);
        for (var i = 0; i < 5; i++)
            Assert.Equal(5, await AskAsync(provider));
        second.Version = 6;
        Assert.Equal(6, await AskAsync(provider));
        second.Version = 0;
        first.Version = 5;
        Assert.Equal(6, await AskAsync(provider));
    }

    [Fact]
    public async Task The_list_is_never_older_than_the_newest_that_was_told_before()
    {
        await using var first = await Teller.StartAsync(1);
        await using var second = await Teller.StartAsync(1);
        var provider = Provider(first, second);
        var newest = 0;
        for (var version = 2; version < 20; version++)
        {
            (version % 2 == 0 ? first : second).Version = version;
            var told = await AskAsync(provider);
            Assert.True(told >= newest, $"Version {told} came after version {newest}.");
            newest = told;
        }
    }

    [Fact]
    public async Task When_every_silo_tells_an_older_table_it_is_the_table()
    {
        await using var first = await Teller.StartAsync(5);
        await using var second = await Teller.StartAsync(5);
        var provider = Provider(first, second);
        Assert.Equal(5, await AskAsync(provider));
        first.Version = 2;
        second.Version = 3;
        Assert.Equal(3, await AskAsync(provider));
    }

    private static async Task<int> AskAsync(RaftGatewayListProvider provider) =>
        Assert.Single(await provider.GetGatewaysAsync(TestContext.Current.CancellationToken)).Port;

    private static RaftGatewayListProvider Provider(params Teller[] seeds) => new(
        Options.Create(new RaftGatewayListOptions { Seeds = [.. seeds.Select(seed => seed.Address)] }),
        Options.Create(new ClusterOptions { ClusterId = "test" }),
        Options.Create(new GatewayOptions()),
        TimeProvider.System,
        NullLoggerFactory.Instance);

    /// <summary>A peer that answers as a silo does.</summary>
    private sealed class Teller : IAsyncDisposable
    {
        private readonly Libp2pHost _host;

        private Teller(Libp2pHost host) => _host = host;

        /// <summary>The version that it tells; with 0 it is not ready.</summary>
        public int Version { get; set; }

        public string Address => _host.ListenAddresses[0].WithPeerId(_host.PeerId).ToString();

        public static async Task<Teller> StartAsync(int version)
        {
            var host = new Libp2pHost(new Libp2pOptions { ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") } });
            var teller = new Teller(host) { Version = version };
            host.SetStreamHandler(GatewayProtocol.Id, teller.ServeAsync);
            await host.StartAsync();
            return teller;
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
        {
            await SingleMessage.ReadAsync(stream.Input, GatewayRequest.Parser, GatewayProtocol.MaxRequestBytes, cancellationToken);
            var reply = Version == 0
                ? new GatewayReply { Refusal = GatewayRefusal.NotReady }
                : new GatewayReply { TableVersion = Version, Gateways = { $"127.0.0.1:{Version}@1" } };
            await SingleMessage.WriteAsync(stream, reply, cancellationToken);
        }
    }
}
