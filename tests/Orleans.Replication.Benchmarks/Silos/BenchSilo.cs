using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Silos;

/// <summary>One of the silos of a measurement, on loopback, with a folder and a libp2p host of its own.</summary>
/// <param name="Folder">Its data.</param>
/// <param name="SiloPort">Where silos reach it.</param>
/// <param name="GatewayPort">Where clients reach it.</param>
/// <param name="Peers">All of them.</param>
internal sealed record BenchSilo(string Folder, int SiloPort, int GatewayPort, IReadOnlyList<string> Peers)
{
    /// <summary>So many silos, with empty folders below one.</summary>
    public static IReadOnlyList<BenchSilo> Plan(string folder, int count)
    {
        var ports = LoopbackPorts.Take(3 * count);
        var folders = Enumerable.Range(0, count).Select(i => Directory.CreateDirectory(Path.Combine(folder, $"silo{i}")).FullName).ToArray();
        var peers = folders.Select((path, i) => Address(path, ports[(2 * count) + i])).ToArray();
        return [.. folders.Select((path, i) => new BenchSilo(path, ports[i], ports[count + i], peers))];
    }

    /// <summary>The silo, not started yet.</summary>
    public IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddSimpleConsole();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("bench", "bench"))
            .ConfigureEndpoints(IPAddress.Loopback, SiloPort, GatewayPort)
            .UseRaftClustering()
            .AddRaftReplication(options =>
            {
                options.DataDirectory = Folder;
                foreach (var peer in Peers)
                    options.Peers.Add(peer);
            }));
        return builder.Build();
    }

    private static string Address(string folder, int port)
    {
        using var identity = PeerIdentity.LoadOrCreate(Path.Combine(folder, "identity.key"));
        return $"/ip4/127.0.0.1/tcp/{port}/p2p/{identity.PeerId}";
    }
}
