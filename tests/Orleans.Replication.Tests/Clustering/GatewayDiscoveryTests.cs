using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>Clients that know nothing of a cluster but one silo's libp2p address.</summary>
public sealed class GatewayDiscoveryTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_finds_three_silos_through_one_seed_and_goes_on_while_they_stop_one_by_one()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, Serving);
        var client = await cluster.ConnectClientAsync(builder => builder
            .UseRaftClustering(cluster.Peer(0))
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1)));
        var provider = client.ServiceProvider.GetRequiredService<IGatewayListProvider>();
        await WaitForGatewaysAsync(provider, cluster, 0, 1, 2);

        // Its only seed is the first to go.
        for (var stopped = 0; stopped < 2; stopped++)
        {
            await CallAsync(client);
            await cluster.StopAsync(stopped);
            await WaitForGatewaysAsync(provider, cluster, [.. Enumerable.Range(0, 3).Where(silo => silo != stopped)]);
            await CallAsync(client);
            await cluster.StartAsync(stopped);
            await WaitForGatewaysAsync(provider, cluster, 0, 1, 2);
        }

        await CallAsync(client);
    }

    [Fact]
    public async Task A_stranger_is_served_the_gateways_and_nothing_of_the_members()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, Serving);
        await using var stranger = new Libp2pHost(new Libp2pOptions());
        await stranger.StartAsync();
        var connection = await stranger.ConnectAsync(Multiaddr.Parse(cluster.Peer(0)));

        foreach (var protocol in (string[])["/orleans-replication/raft/1.0.0", "/orleans-replication/group/1.0.0", "/orleans-replication/admin/1.0.0"])
        {
            await using var refused = await stranger.NewStreamAsync(connection.RemotePeer, new ProtocolId(protocol));
            await Assert.ThrowsAsync<UnsupportedProtocolException>(() => refused.WaitForNegotiationAsync().WaitAsync(Deadline));
        }

        await using var served = await stranger.NewStreamAsync(connection.RemotePeer, GatewayProtocol.Id);
        await served.WaitForNegotiationAsync().WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_request_that_is_none_is_reset_and_the_silo_serves_on()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, Serving);
        await using var stranger = new Libp2pHost(new Libp2pOptions());
        await stranger.StartAsync();
        var peer = (await stranger.ConnectAsync(Multiaddr.Parse(cluster.Peer(0)))).RemotePeer;

        foreach (var garbage in (byte[][])[[0xff], new byte[GatewayProtocol.MaxRequestBytes + 1]])
        {
            await using var stream = await stranger.NewStreamAsync(peer, GatewayProtocol.Id);
            await Record.ExceptionAsync(async () => await stream.Output.WriteAsync(garbage));
            await Record.ExceptionAsync(async () => await stream.CloseWriteAsync());
            await Assert.ThrowsAnyAsync<ConnectionResetException>(() => ReadToEndAsync(stream.Input).WaitAsync(Deadline));
        }

        await WaitForGatewaysAsync(Provider(cluster, cluster.Peer(0)), cluster, 0);
    }

    [Fact]
    public async Task A_seed_with_another_peers_id_is_refused()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, Serving);
        using var other = PeerIdentity.Generate();
        var wrong = Multiaddr.Parse(cluster.Peer(0)).WithoutPeerId()!.WithPeerId(other.PeerId).ToString();

        var error = await Assert.ThrowsAsync<SiloUnavailableException>(() => Provider(cluster, wrong).GetGatewaysAsync().WaitAsync(Deadline));

        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
        Assert.Contains(Multiaddr.Parse(cluster.Peer(0)).PeerId!.Value.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seed_that_is_down_does_not_keep_another_from_answering()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, Serving);
        using var nobody = PeerIdentity.Generate();

        var gateways = await Provider(cluster, $"/ip4/127.0.0.1/tcp/1/p2p/{nobody.PeerId}", cluster.Peer(0)).GetGatewaysAsync().WaitAsync(Deadline);

        Assert.Single(gateways);
    }

    [Fact]
    public async Task A_silo_that_serves_no_clients_is_said_to_and_so_is_what_to_set()
    {
        await using var cluster = await SiloCluster.CreateAsync(1);

        var error = await Assert.ThrowsAsync<SiloUnavailableException>(() => Provider(cluster, cluster.Peer(0)).GetGatewaysAsync().WaitAsync(Deadline));

        Assert.Contains("Set RaftClusteringOptions.ServeGateways on the silos", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_another_cluster_is_told_nothing_but_that()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, Serving);

        var error = await Assert.ThrowsAsync<SiloUnavailableException>(() => Provider("another", cluster.Peer(0)).GetGatewaysAsync().WaitAsync(Deadline));

        Assert.Contains("It belongs to another cluster. Give the client the silos' ClusterOptions.ClusterId; it has 'another'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nobody_answers_the_last_list_stays()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, Serving);
        var provider = Provider(cluster, cluster.Peer(0));
        await WaitForGatewaysAsync(provider, cluster, 0);
        var last = await provider.GetGatewaysAsync();

        await cluster.StopAsync(0);

        Assert.Equal(last, await provider.GetGatewaysAsync().WaitAsync(Deadline));
    }

    private static void Serving(ISiloBuilder silo) => silo.UseRaftClustering(options => options.ServeGateways = true);

    private static RaftGatewayListProvider Provider(SiloCluster cluster, params string[] seeds) =>
        Provider(cluster.Services(0).GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId, seeds);

    private static RaftGatewayListProvider Provider(string clusterId, params string[] seeds) => new(
        Options.Create(new RaftGatewayListOptions { Seeds = seeds }),
        Options.Create(new ClusterOptions { ClusterId = clusterId }),
        Options.Create(new GatewayOptions()),
        TimeProvider.System,
        NullLoggerFactory.Instance);

    private static async Task WaitForGatewaysAsync(IGatewayListProvider provider, SiloCluster cluster, params int[] silos)
    {
        var expected = silos.Select(cluster.GatewayPort).Order().ToArray();
        int[] ports = [];
        for (var start = TimeProvider.System.GetTimestamp(); !ports.SequenceEqual(expected);)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"Gateways {string.Join(", ", expected)} were expected, {string.Join(", ", ports)} found.");
            ports = [.. (await provider.GetGatewaysAsync()).Select(uri => uri.Port).Order()];
            await Task.Delay(10);
        }
    }

    // A silo that goes takes its activations with it: the runtime tries such a call elsewhere, or says so, and the caller tries again.
    private static async Task CallAsync(IClusterClient client)
    {
        for (var i = 0; i < 5; i++)
        {
            var grain = client.GetGrain<IVaultGrain>($"vault-{i}");
            for (var start = TimeProvider.System.GetTimestamp(); ;)
            {
                var error = await Record.ExceptionAsync(() => grain.GetAsync());
                if (error is null)
                    break;
                Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"A call failed for {Deadline}: {error}");
            }
        }
    }

    private static async Task ReadToEndAsync(PipeReader input)
    {
        while (true)
        {
            var result = await input.ReadAsync();
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }
}
