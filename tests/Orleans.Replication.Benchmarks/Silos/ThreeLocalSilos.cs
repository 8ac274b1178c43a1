using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.Benchmarks.Silos;

/// <summary>Three silos in this process, each with a folder and a libp2p host of its own: for costs that a client in another process would hide.</summary>
internal sealed class ThreeLocalSilos : IAsyncDisposable
{
    /// <summary>How many they are.</summary>
    public const int Count = 3;

    private readonly List<IHost> _hosts = [];

    private ThreeLocalSilos()
    {
    }

    /// <summary>Starts them, with empty folders below one.</summary>
    public static async Task<ThreeLocalSilos> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var silos = new ThreeLocalSilos();
        var ports = LoopbackPorts.Take(3 * Count);
        var folders = Enumerable.Range(0, Count).Select(i => Directory.CreateDirectory(Path.Combine(folder, $"silo{i}")).FullName).ToArray();
        var peers = folders.Select((path, i) => Address(path, ports[6 + i])).ToArray();
        for (var i = 0; i < Count; i++)
            silos._hosts.Add(Create(folders[i], ports[i], ports[3 + i], peers));
        await Task.WhenAll(silos._hosts.Select(host => host.StartAsync(cancellationToken)));
        return silos;
    }

    /// <summary>The grains as code on one silo calls them.</summary>
    public IGrainFactory GrainsOn(int silo) => _hosts[silo].Services.GetRequiredService<IGrainFactory>();

    /// <summary>A silo's address, in text.</summary>
    public string AddressOf(int silo) => _hosts[silo].Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString();

    /// <summary>Which silo leads the group that keeps the states.</summary>
    /// <exception cref="InvalidOperationException">None does at the moment.</exception>
    public int FindLeader()
    {
        var leader = _hosts.FindIndex(host =>
            host.Services.GetRequiredService<IReplicationHost>().GetGroup(ReplicationGroups.Default).GetStatus().Role == RaftRole.Leader);
        return leader >= 0 ? leader : throw new InvalidOperationException("No silo leads the group.");
    }

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
