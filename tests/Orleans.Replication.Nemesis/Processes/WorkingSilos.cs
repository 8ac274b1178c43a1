namespace Orleans.Replication.Nemesis.Processes;

/// <summary>Three silos that do the same job, each a process of its own.</summary>
internal sealed class WorkingSilos : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private WorkingSilos(DirectoryInfo folder) => _folder = folder;

    public IReadOnlyList<WorkingSilo> All { get; private set; } = [];

    /// <summary>Makes three silos; none is started.</summary>
    /// <param name="job">What they do.</param>
    /// <param name="lease">For jobs with a lease.</param>
    /// <param name="onReport">Is given each line that one of them writes to its standard output, from any thread.</param>
    /// <param name="cancellationToken">Ends the wait for their identities.</param>
    public static async Task<WorkingSilos> PrepareAsync(string job, TimeSpan lease, Action<string> onReport, CancellationToken cancellationToken)
    {
        var silos = new WorkingSilos(Directory.CreateTempSubdirectory("orleans-replication-nemesis-"));
        var root = silos._folder.FullName;
        var ports = LoopbackPorts.Take(9).Chunk(3).ToArray();
        var names = Enumerable.Range(0, 3).Select(i => $"silo{i}").ToArray();
        var ids = await Task.WhenAll(names.Select(name => Keygen.RunAsync(Path.Combine(root, name), cancellationToken)));
        var peers = ids.SelectMany((id, i) => new[] { $"--Orleans:Replication:Peers:{i}", $"/ip4/127.0.0.1/tcp/{ports[i][2]}/p2p/{id}" }).ToArray();
        silos.All = [.. names.Select((name, i) => new WorkingSilo(
            name,
            [
                Path.Combine(AppContext.BaseDirectory, "Orleans.Replication.Nemesis.Silo.dll"),
                "--job", job,
                "--name", name,
                "--lease", $"{lease.TotalSeconds}",
                "--silo-port", $"{ports[i][0]}",
                "--gateway-port", $"{ports[i][1]}",
                "--Orleans:Replication:DataDirectory", Path.Combine(root, name),
                .. peers,
            ],
            Path.Combine(root, $"{name}.log"),
            onReport))];
        return silos;
    }

    /// <summary>Waits until the silos have reported something.</summary>
    /// <exception cref="InvalidOperationException">It did not come within a minute; says what the silos wrote last.</exception>
    public async Task<T> WaitForAsync<T>(Func<T?> find, string what, CancellationToken cancellationToken)
        where T : class
    {
        T? found = null;
        try
        {
            await Eventually.HoldsAsync(() => (found = find()) is not null, what, cancellationToken);
            return found!;
        }
        catch (TimeoutException error)
        {
            throw new InvalidOperationException(
                $"{error.Message} The silos wrote last:\n{string.Join('\n', All.Select(silo => $"{silo}: {silo.LogTail()}"))}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in All)
            await silo.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
