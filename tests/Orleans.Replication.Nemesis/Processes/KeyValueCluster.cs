namespace Orleans.Replication.Nemesis.Processes;

/// <summary>Silos of samples/KeyValue, three unless a test says otherwise, as processes on loopback, with identities, ports and folders of their own.</summary>
internal sealed class KeyValueCluster : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _ownsFolder;

    private KeyValueCluster(string folder, bool ownsFolder, IReadOnlyList<KeyValueSilo> silos, IReadOnlyList<int> gatewayPorts)
    {
        _folder = folder;
        _ownsFolder = ownsFolder;
        Silos = silos;
        GatewayPorts = gatewayPorts;
    }

    public IReadOnlyList<KeyValueSilo> Silos { get; }

    /// <summary>Where Orleans clients connect, one per silo.</summary>
    public IReadOnlyList<int> GatewayPorts { get; }

    /// <summary>Starts the silos and waits until all serve.</summary>
    /// <param name="folder">Where they keep their data; null for a temporary folder that is deleted in the end.</param>
    /// <param name="silos">How many.</param>
    /// <param name="program">The build that they run; null for the one that belongs to these tests.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<KeyValueCluster> StartAsync(string? folder = null, int silos = 3, string? program = null, CancellationToken cancellationToken = default)
    {
        var cluster = await PrepareAsync(folder, silos, cancellationToken);
        try
        {
            foreach (var silo in cluster.Silos)
            {
                silo.Program = program ?? KeyValueSilo.CurrentBuild;
                await silo.StartAsync();
            }

            await WaitUntilReadyAsync(cluster.Silos, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Resumes and restarts whatever is paused or dead, and waits until all silos serve.</summary>
    public async Task HealAsync(CancellationToken cancellationToken = default)
    {
        foreach (var silo in Silos)
        {
            if (silo.IsRunning)
                silo.Resume();
            else
                await silo.StartAsync();
        }

        await WaitUntilReadyAsync(Silos, cancellationToken);
    }

    /// <summary>Waits until each of the silos names a leader and answers a linearizable read.</summary>
    public static async Task WaitUntilReadyAsync(IEnumerable<KeyValueSilo> silos, CancellationToken cancellationToken = default)
    {
        foreach (var silo in silos)
            await WaitAsync(silo, FindLackAsync, $"{silo} to name a leader and to answer a read", cancellationToken);
    }

    /// <summary>Waits until the running silos agree on a leader that runs.</summary>
    /// <returns>The leader.</returns>
    public async Task<KeyValueSilo> WaitForLeaderAsync(CancellationToken cancellationToken = default)
    {
        KeyValueSilo? leader = null;
        foreach (var silo in Silos.Where(silo => silo.IsRunning))
        {
            await WaitAsync(
                silo,
                async (s, token) =>
                {
                    var status = await s.Client.GetStatusAsync(token);
                    leader = Silos.FirstOrDefault(candidate => candidate.IsRunning && candidate.PeerId == status?.Leader);
                    return leader is null ? $"It follows '{status?.Leader}'." : null;
                },
                $"{silo} to follow a leader that runs",
                cancellationToken);
        }

        return leader ?? throw new InvalidOperationException("No silo is running.");
    }

    /// <summary>Where a silo keeps its data.</summary>
    public string DataOf(KeyValueSilo silo) => Path.Combine(_folder, silo.Name);

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
            await silo.DisposeAsync();
        if (_ownsFolder)
            Directory.Delete(_folder, recursive: true);
    }

    private static async Task<KeyValueCluster> PrepareAsync(string? folder, int count, CancellationToken cancellationToken)
    {
        var root = folder ?? Directory.CreateTempSubdirectory("orleans-replication-nemesis-").FullName;
        Directory.CreateDirectory(root);
        var ports = LoopbackPorts.Take(4 * count).Chunk(4).Select(p => (Silo: p[0], Gateway: p[1], Http: p[2], Raft: p[3])).ToArray();
        var peerIds = await Task.WhenAll(Enumerable.Range(0, count).Select(i => Keygen.RunAsync(DataFolder(root, i), cancellationToken)));
        var peers = string.Join(',', ports.Select((port, i) => $"{Listen(port.Raft)}/p2p/{peerIds[i]}"));
        var silos = ports.Select((port, i) => new KeyValueSilo(
            $"silo{i}",
            peerIds[i],
            [
                "--data", DataFolder(root, i),
                "--silo-port", $"{port.Silo}",
                "--gateway-port", $"{port.Gateway}",
                "--http", $"{port.Http}",
                "--listen", Listen(port.Raft),
                "--peers", peers,
            ],
            port.Http,
            Path.Combine(root, $"silo{i}.log")));
        return new KeyValueCluster(root, folder is null, [.. silos], [.. ports.Select(port => port.Gateway)]);
    }

    private static string DataFolder(string root, int index) => Path.Combine(root, $"silo{index}");

    private static string Listen(int port) => $"/ip4/127.0.0.1/tcp/{port}";

    /// <returns>Null when it is ready, or what it lacks.</returns>
    private static async Task<string?> FindLackAsync(KeyValueSilo silo, CancellationToken cancellationToken) =>
        await silo.Client.GetStatusAsync(cancellationToken) is not { Leader: not null } ? "It names no leader."
        : await silo.Client.GetAsync("ready", cancellationToken) is { Outcome: not Http.CallOutcome.Acknowledged, Reason: var reason } ? reason
        : null;

    private static async Task WaitAsync(
        KeyValueSilo silo, Func<KeyValueSilo, CancellationToken, Task<string?>> findLack, string what, CancellationToken cancellationToken)
    {
        string? lack = null;
        try
        {
            await Eventually.HoldsAsync(
                async token =>
                {
                    if (!silo.IsRunning)
                        throw new InvalidOperationException($"{silo} has exited.");
                    lack = await findLack(silo, token);
                    return lack is null;
                },
                what,
                cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{error.Message} {lack} The end of its log:\n{silo.LogTail()}", error);
        }
    }
}
