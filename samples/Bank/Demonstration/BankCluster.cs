using System.Net;
using Bank.Grains;
using Bank.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Replication.Libp2p;

namespace Bank.Demonstration;

/// <summary>Three silos in three processes on this machine, and the Orleans clients that talk to them.</summary>
internal sealed class BankCluster : IAsyncDisposable
{
    private const int SiloCount = 3;

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    private readonly DirectoryInfo _folder;
    private readonly List<IHost> _clients = [];

    private BankCluster(DirectoryInfo folder, IReadOnlyList<SiloProcess> silos)
    {
        _folder = folder;
        Silos = silos;
    }

    public IReadOnlyList<SiloProcess> Silos { get; }

    /// <summary>The data and the logs of the silos; deleted in the end.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Gives each silo an identity, a folder and ports. Starts nothing.</summary>
    public static BankCluster Prepare()
    {
        var folder = Directory.CreateTempSubdirectory("orleans-replication-bank-");
        var names = Enumerable.Range(1, SiloCount).Select(i => $"silo{i}").ToArray();
        var peerIds = names.Select(name => MakeIdentity(Path.Combine(folder.FullName, name))).ToArray();
        var ports = LoopbackPorts.Take(3 * SiloCount).Chunk(3).ToArray();
        var listen = ports.Select(port => $"/ip4/127.0.0.1/tcp/{port[2]}").ToArray();
        var peers = listen.Select((address, i) => $"{address}/p2p/{peerIds[i]}").ToArray();
        return new BankCluster(
            folder,
            [.. names.Select((name, i) => new SiloProcess(
                name, peerIds[i], new SiloSettings(Path.Combine(folder.FullName, name), ports[i][0], ports[i][1], listen[i], peers)))]);
    }

    /// <summary>An Orleans client of the cluster, which asks the silos where their gateways are.</summary>
    public Task<IClusterClient> ConnectAsync(CancellationToken cancellationToken) =>
        ConnectAsync(client => client.UseRaftClustering([.. Silos.Select(silo => silo.Address)]), cancellationToken);

    /// <summary>An Orleans client of one silo alone. A call that arrives there is answered from that silo's replica.</summary>
    public Task<IClusterClient> ConnectAsync(SiloProcess silo, CancellationToken cancellationToken) =>
        ConnectAsync(client => client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, silo.GatewayPort)), cancellationToken);

    private async Task<IClusterClient> ConnectAsync(Action<IClientBuilder> findGateways, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("bank", "bank"));
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ResponseTimeout);
            client.Configure<GatewayOptions>(gateway => gateway.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1));
            findGateways(client);
            client.UseConnectionRetryFilter(RetryAsync);
        });
        var host = builder.Build();
        _clients.Add(host);
        await host.StartAsync(cancellationToken);
        return host.Services.GetRequiredService<IClusterClient>();
    }

    /// <summary>What the silo's own replica says; null while it does not answer.</summary>
    public static async Task<ReplicaStatus?> TryGetStatusAsync(IClusterClient client)
    {
        try
        {
            return await client.GetGrain<IReplicaGrain>(0).GetStatus();
        }
        catch (Exception error) when (error is OrleansException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
            await silo.DisposeAsync();
        foreach (var client in _clients)
            client.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string MakeIdentity(string folder)
    {
        using var identity = PeerIdentity.LoadOrCreate(Path.Combine(folder, "identity.key"));
        return identity.PeerId.ToString();
    }

    // A silo needs a few seconds to start, and a majority of silos before it can join.
    private static async Task<bool> RetryAsync(Exception error, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        return true;
    }
}
