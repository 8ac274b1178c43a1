using System.Collections.Concurrent;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>
/// Readers at every silo, which compare each linearizable read with the highest increment that was acknowledged, to anybody, before the read
/// began: a lower value is stale.
/// </summary>
internal sealed class StaleReadWatch(string counter, Increments increments)
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

    private async Task ReadAsync(KeyValueSilo silo, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var floor = increments.Highest;
            var (outcome, value) = await silo.Client.ReadCounterAsync(counter, stop);
            if (outcome != CallOutcome.Acknowledged)
            {
                await Patiently.PauseAsync(stop);
                continue;
            }

            Interlocked.Increment(ref _reads);
            if (value < floor)
                _stale.Enqueue($"{silo} answered {value} after {floor} was acknowledged");
        }
    }
}
