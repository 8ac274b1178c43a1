using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>
/// Writers that write every key once, as fast as they are answered, and remember which writes were acknowledged. The value follows from the key,
/// so that a lost write, a torn one and one under another's key are all noticed.
/// </summary>
internal sealed class UniqueWrites
{
    private readonly ConcurrentQueue<string> _acknowledged = new();
    private readonly string _prefix;
    private readonly PauseWatch? _pauses;
    private readonly WriteTimes? _times;
    private int _started;

    /// <param name="prefix">Keeps the keys of two workloads on one cluster apart.</param>
    /// <param name="pauses">Hears of every acknowledgement.</param>
    /// <param name="times">Hears how long every acknowledged write took.</param>
    public UniqueWrites(string prefix, PauseWatch? pauses = null, WriteTimes? times = null) => (_prefix, _pauses, _times) = (prefix, pauses, times);

    /// <summary>How many writes were acknowledged so far.</summary>
    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>Writes until told to stop, each writer to one of the silos, and to the next when that one fails.</summary>
    public Task RunAsync(IReadOnlyList<KeyValueSilo> silos, int writers, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(silos, writer, stop), CancellationToken.None)));

    /// <summary>Writes, brings the fault about as soon as so many writes were acknowledged, and stops.</summary>
    public async Task UntilAsync(IReadOnlyList<KeyValueSilo> silos, int acknowledged, Action fault, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = RunAsync(silos, NemesisSettings.Writers, stop.Token);
        await WaitForAsync(acknowledged, cancellationToken);
        fault();
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Waits until so many writes were acknowledged in all.</summary>
    public Task WaitForAsync(int acknowledged, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => AcknowledgedCount >= acknowledged, $"{acknowledged} acknowledged writes, of which there are {AcknowledgedCount}", cancellationToken);

    /// <summary>Reads every acknowledged write back, linearizably, and gives those that are not there as written.</summary>
    public async Task<IReadOnlyList<string>> FindLostAsync(IReadOnlyList<KeyValueSilo> silos, CancellationToken cancellationToken)
    {
        var lost = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            _acknowledged.Select((key, i) => (key, i)),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken },
            async (item, token) =>
            {
                var found = await Patiently.ReadAsync(silos, item.i, (client, t) => client.GetAsync(item.key, t), token);
                if (!found.AsSpan().SequenceEqual(ValueOf(item.key)))
                    lost.Add(item.key);
            });
        return [.. lost];
    }

    private async Task WriteAsync(IReadOnlyList<KeyValueSilo> silos, int writer, CancellationToken stop)
    {
        for (var target = writer; !stop.IsCancellationRequested;)
        {
            var key = $"{_prefix}-{Interlocked.Increment(ref _started)}";
            var began = Stopwatch.GetTimestamp();
            var result = await silos[target % silos.Count].Client.PutAsync(key, ValueOf(key), stop);
            if (result.Outcome == CallOutcome.Acknowledged)
            {
                _acknowledged.Enqueue(key);
                _pauses?.Acknowledged($"writer {writer}");
                _times?.Add(Stopwatch.GetElapsedTime(began));
                continue;
            }

            target++;
            if (result.Outcome == CallOutcome.NotWritten)
                await Patiently.PauseAsync(stop);
        }
    }

    private static byte[] ValueOf(string key) => Encoding.ASCII.GetBytes($"the value of {key} ".PadRight(256, '.'));
}
