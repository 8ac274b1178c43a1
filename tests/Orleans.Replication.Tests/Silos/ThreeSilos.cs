using Orleans.Hosting;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Tests.Silos;

/// <summary>Three real silos in one cluster, each with a folder and a libp2p host of its own, shared by the tests of a class.</summary>
public sealed class ThreeSilos : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly List<TestSilo> _silos = [];

    internal IReadOnlyList<TestSilo> All => _silos;

    internal TestSilo this[int index] => _silos[index];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var ports = FreePorts.Take(3);
        var folders = Enumerable.Range(0, 3).Select(i => _folder.Sub($"silo{i}")).ToArray();
        var peers = folders.Zip(ports, MakePeer).ToArray();
        foreach (var folder in folders)
        {
            _silos.Add(TestSilo.Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
            {
                options.DataDirectory = folder;
                foreach (var peer in peers)
                    options.Peers.Add(peer);
            })));
        }

        await Task.WhenAll(_silos.Select(silo => silo.StartAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_silos.Select(async silo => await silo.DisposeAsync()));
        _folder.Dispose();
    }

    /// <summary>Makes the identity in a data folder, as <c>orleans-replication keygen</c> does, and gives the peer's address.</summary>
    internal static string MakePeer(string folder, int port)
    {
        Directory.CreateDirectory(folder);
        using var identity = PeerIdentity.LoadOrCreate(Path.Combine(folder, "identity.key"));
        return $"/ip4/127.0.0.1/tcp/{port}/p2p/{identity.PeerId}";
    }
}
