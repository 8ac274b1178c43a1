using Orleans.Hosting;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Tests.Silos;

/// <summary>Three real silos in one cluster, each with a folder and a libp2p host of its own, shared by the tests of a class.</summary>
public sealed class ThreeSilos : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly List<TestSilo> _silos = [];
    private string[] _peers = [];

    internal IReadOnlyList<TestSilo> All => _silos;

    internal TestSilo this[int index] => _silos[index];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _peers = [.. FreePorts.Take(3).Select((port, i) => MakePeer(Folder(i), port))];
        _silos.AddRange(_peers.Select((_, i) => Create(i)));
        await Task.WhenAll(_silos.Select(silo => silo.StartAsync()));
    }

    /// <summary>Starts a silo that was stopped again, on its folder.</summary>
    internal async Task RestartAsync(int index)
    {
        await _silos[index].DisposeAsync();
        _silos[index] = Create(index);
        await _silos[index].StartAsync();
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

    private string Folder(int index) => _folder.Sub($"silo{index}");

    private TestSilo Create(int index) => TestSilo.Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
    {
        options.DataDirectory = Folder(index);
        foreach (var peer in _peers)
            options.Peers.Add(peer);
    }));
}
