using Bank.Grains;

namespace Bank.Demonstration;

/// <summary>One Orleans client for each silo alone, to hear what that silo's own replica has to say.</summary>
internal sealed class Observers(BankCluster cluster)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<SiloProcess, IClusterClient> _clients = [];

    /// <summary>Connects to a silo that was just started, and waits until its replica knows a leader.</summary>
    public async Task ConnectAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        var client = await cluster.ConnectAsync(silo, cancellationToken);
        using var timer = new PeriodicTimer(Period);
        while (await BankCluster.TryGetStatusAsync(client) is not { LeaderPeerId: not null })
            await timer.WaitForNextTickAsync(cancellationToken);
        lock (_clients)
            _clients[silo] = client;
    }

    /// <summary>Keeps the stage up to date until told to stop.</summary>
    public Task WatchAsync(Stage stage, CancellationToken stop) => Task.WhenAll(stage.Silos.Select(silo => WatchAsync(stage, silo, stop)));

    /// <summary>The branches as a silo's replica has them, and at least everything that was acknowledged before.</summary>
    public Task<ReplicaState> ReadAsync(SiloProcess silo) => ReplicaState.ReadAsync(silo, ClientOf(silo)!);

    private async Task WatchAsync(Stage stage, SiloProcess silo, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var status = silo.IsRunning && ClientOf(silo) is { } client ? await BankCluster.TryGetStatusAsync(client) : null;
            stage.SetStatus(silo, silo.IsRunning ? status : null);
            await Task.Delay(Period, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Forgets the client of a silo that is going to be killed.</summary>
    public void Forget(SiloProcess silo)
    {
        lock (_clients)
            _clients.Remove(silo);
    }

    private IClusterClient? ClientOf(SiloProcess silo)
    {
        lock (_clients)
            return _clients.GetValueOrDefault(silo);
    }
}
