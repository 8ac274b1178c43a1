using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Silos;

/// <summary>Three silos in this process, each with a folder and a libp2p host of its own: for costs that a client in another process would hide.</summary>
internal sealed class ThreeLocalSilos : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];

    private ThreeLocalSilos()
    {
    }

    /// <summary>Starts them, with empty folders below one.</summary>
    public static async Task<ThreeLocalSilos> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var silos = new ThreeLocalSilos();
        var ports = LoopbackPorts.Take(9);
        var folders = Enumerable.Range(0, 3).Select(i => Directory.CreateDirectory(Path.Combine(folder, $"silo{i}")).FullName).ToArray();
        var peers = folders.Select((path, i) => Address(path, ports[6 + i])).ToArray();
        for (var i = 0; i < 3; i++)
            silos._hosts.Add(Create(folders[i], ports[i], ports[3 + i], peers));
        await Task.WhenAll(silos._hosts.Select(host => host.StartAsync(cancellationToken)));
        return silos;
    }

    /// <summary>The grains as code on one silo calls them.</summary>
    public IGrainFactory GrainsOn(int silo) => _hosts[silo].Services.GetRequiredService<IGrainFactory>();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(host => host.StopAsync()));
        foreach (var host in _hosts)
            host.Dispose();
    }

    private static string Address(string folder, int port)
    {
        using var identity = PeerIdentity.LoadOrCreate(Path.Combine(folder, "identity.key"));
        return $"/ip4/127.0.0.1/tcp/{port}/p2p/{identity.PeerId}";
    }

    private static IHost Create(string folder, int siloPort, int gatewayPort, string[] peers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddSimpleConsole();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("bench", "bench"))
            .ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort)
            .UseRaftClustering()
            .AddRaftReplication(options =>
            {
                options.DataDirectory = folder;
                foreach (var peer in peers)
                    options.Peers.Add(peer);
            }));
        return builder.Build();
    }
}
