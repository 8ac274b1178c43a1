using System.Diagnostics;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>Takes a new cluster of three through a start, a rolling restart under load and the loss of a silo.</summary>
internal sealed class ClusteringLife : IAsyncDisposable
{
    private readonly ClusteringKind _kind;
    private readonly string _cluster;
    private readonly ClusteringSilo[] _silos;

    private ClusteringLife(ClusteringKind kind, string cluster, ClusteringSilo[] silos) => (_kind, _cluster, _silos) = (kind, cluster, silos);

    /// <summary>Prepares the silos; none is started.</summary>
    public static async Task<ClusteringLife> PrepareAsync(ClusteringKind kind, string folder, PostgresServer postgres, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var cluster = Path.GetFileName(folder);
        var ports = LoopbackPorts.Take(9).Chunk(3).ToArray();
        string[] peers = [];
        if (kind == ClusteringKind.Raft)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Keygen.RunAsync(Path.Combine(folder, $"silo{i}"), cancellationToken)));
            peers = [.. ids.Select((id, i) => $"/ip4/127.0.0.1/tcp/{ports[i][2]}/p2p/{id}")];
        }

        return new(kind, cluster, [.. ports.Select((port, i) => new ClusteringSilo(
            $"{cluster}/silo{i}",
            Path.Combine(folder, $"silo{i}.log"),
            port[1],
            [
                "--cluster", cluster, "--ports", $"{port[0]}", $"{port[1]}",
                .. kind == ClusteringKind.Raft ? ["--data", Path.Combine(folder, $"silo{i}"), "--peers", .. peers] : (string[])["--postgres", postgres.ConnectionString],
            ]))]);
    }

    public async Task<ClusteringRound> RunAsync(CancellationToken cancellationToken)
    {
        var coldStart = await TimeAsync(async () =>
        {
            await Task.WhenAll(_silos.Select(silo => silo.StartAsync()));
            await WaitUntilAllActiveAsync(cancellationToken);
        });

        await using var callers = await GrainCallers.ConnectAsync(_cluster, _silos.Select(silo => silo.GatewayPort), cancellationToken);
        using var stop = new CancellationTokenSource();
        var load = callers.RunAsync(stop.Token);
        var restarts = await TimeAsync(() => RestartAllAsync(cancellationToken));
        await stop.CancelAsync();
        var longest = await load;

        var (dead, again) = await KillAsync(callers, cancellationToken);
        return new(_kind, coldStart, restarts, longest, dead, again);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task RestartAllAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in _silos)
        {
            await silo.StopAsync(cancellationToken);
            await silo.StartAsync();
            await WaitUntilAllActiveAsync(cancellationToken);
        }
    }

    /// <summary>Kills the silo that has most of the grains.</summary>
    private async Task<(double Dead, double Again)> KillAsync(GrainCallers callers, CancellationToken cancellationToken)
    {
        var places = await Task.WhenAll(Enumerable.Range(0, GrainCallers.Grains).Select(async grain => (Grain: grain, Silo: await callers.CallAsync(grain, cancellationToken))));
        var address = places.CountBy(place => place.Silo).MaxBy(count => count.Value).Key;
        var victim = _silos.Single(silo => silo.Address == address);
        var lost = places.Where(place => place.Silo == address).Select(place => place.Grain).ToList();
        victim.Kill();
        var again = TimeAsync(() => Task.WhenAll(lost.Select(grain => callers.CallAsync(grain, cancellationToken))));
        var dead = TimeAsync(() => Eventually.HoldsAsync(
            () => _silos.Where(silo => silo != victim).All(silo => silo.StatusOf(address) == "Dead"), $"{victim} to be declared dead", cancellationToken));
        return (await dead, await again);
    }

    private Task WaitUntilAllActiveAsync(CancellationToken cancellationToken) => Eventually.HoldsAsync(
        () =>
        {
            foreach (var silo in _silos)
                silo.ThrowIfExited();
            var addresses = _silos.Select(silo => silo.Address).ToList();
            return addresses.All(address => address is not null && _silos.All(silo => silo.StatusOf(address) == "Active"));
        },
        "every silo to see three active ones",
        cancellationToken);
}
