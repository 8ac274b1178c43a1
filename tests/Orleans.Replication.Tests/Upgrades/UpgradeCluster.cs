using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Upgrades;

/// <summary>Three silos as processes on loopback, each of which can be replaced by one of another release on the same folder and ports.</summary>
internal sealed class UpgradeCluster : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string[][] _arguments;
    private readonly SiloProcess?[] _silos = new SiloProcess?[3];

    public UpgradeCluster()
    {
        var peers = FreePorts.Take(3).Select((port, i) => ThreeSilos.MakePeer(_folder.Sub($"silo{i}"), port)).ToArray();
        _arguments = [.. peers.Select((_, i) => (string[])[_folder.Sub($"silo{i}"), .. FreePorts.Take(2).Select(port => $"{port}"), string.Join(',', peers)])];
    }

    /// <summary>The silos that run.</summary>
    public IReadOnlyList<SiloProcess> Running => [.. _silos.Select((_, i) => Volatile.Read(ref _silos[i])).OfType<SiloProcess>()];

    public Task StartAsync(int release) => Task.WhenAll(Enumerable.Range(0, 3).Select(i => StartAsync(i, release)));

    /// <summary>Stops a silo in good order, and starts another release in its place.</summary>
    /// <exception cref="IOException">It did not start; the message is what it said.</exception>
    public async Task ReplaceAsync(int index, int release)
    {
        if (Interlocked.Exchange(ref _silos[index], null) is { } old)
        {
            await old.StopAsync();
            await old.DisposeAsync();
        }

        await StartAsync(index, release);
    }

    /// <summary>Asks every silo.</summary>
    public Task<string[]> AskAllAsync(string question) => Task.WhenAll(Running.Select(silo => silo.AskAsync(question)));

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Running)
            await silo.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync(int index, int release) => Volatile.Write(ref _silos[index], await SiloProcess.StartAsync(release, _arguments[index]));
}
