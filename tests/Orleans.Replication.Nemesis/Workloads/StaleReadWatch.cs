using System.Collections.Concurrent;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>
/// Readers at every silo, which compare each read that is to be linearizable with the highest increment that was acknowledged, to anybody, before the read
/// began: a lower value is stale.
/// </summary>
internal sealed class StaleReadWatch(string counter, Increments increments, string consistency = "linearizable")
{
    private readonly ConcurrentQueue<string> _stale = new();
    private int _reads;

    /// <summary>How many reads were answered.</summary>
    public int ReadCount => _reads;

    /// <summary>What was wrong with the stale ones.</summary>
    public IReadOnlyCollection<string> Stale => _stale;

    public Task RunAsync(IReadOnlyList<KeyValueSilo> silos, int readersPerSilo, CancellationToken stop) =>
        Task.WhenAll(silos.SelectMany(silo => Enumerable.Range(0, readersPerSilo).Select(_ => Task.Run(() => ReadAsync(silo, stop), CancellationToken.None))));

    /// <summary>Waits until so many more reads were answered.</summary>
    public Task WaitForMoreAsync(int reads, CancellationToken cancellationToken)
    {
        var goal = _reads + reads;
        return Eventually.HoldsAsync(() => Volatile.Read(ref _reads) >= goal, $"{reads} more answered reads", cancellationToken);
    }

    /// <summary>Begins some reads at one silo, which may be stopped: they lie there when it goes on.</summary>
    public Task BeginAsync(KeyValueSilo silo, int reads, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, reads).Select(_ => Task.Run(() => TryReadAsync(silo, stop), CancellationToken.None)));

    private async Task ReadAsync(KeyValueSilo silo, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!await TryReadAsync(silo, stop))
                await Patiently.PauseAsync(stop);
        }
    }

    /// <returns>True when the read was answered.</returns>
    private async Task<bool> TryReadAsync(KeyValueSilo silo, CancellationToken stop)
    {
        var floor = increments.Highest;
        var (outcome, value) = await silo.Client.ReadCounterAsync(counter, consistency, stop);
        if (outcome != CallOutcome.Acknowledged)
            return false;
        Interlocked.Increment(ref _reads);
        if (value < floor)
            _stale.Enqueue($"{silo} answered {value} after {floor} was acknowledged");
        return true;
    }
}
