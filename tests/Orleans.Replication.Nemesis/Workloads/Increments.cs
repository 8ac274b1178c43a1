using System.Collections.Concurrent;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>
/// Clients that add 1 to a counter and keep what they were told. Exactly once means: no answer was given twice, and the counter ends between the
/// acknowledged increments and those plus the ones of unknown outcome.
/// </summary>
internal sealed class Increments(string counter, PauseWatch? pauses = null)
{
    private readonly ConcurrentQueue<long> _answers = new();
    private long _highest;
    private int _unknown;

    public int AcknowledgedCount => _answers.Count;

    public int UnknownCount => _unknown;

    /// <summary>The highest value that was acknowledged so far: no later read may be below it.</summary>
    public long Highest => Volatile.Read(ref _highest);

    /// <summary>Adds until told to stop, each client at one of the silos, and at the next when that one fails.</summary>
    public Task RunAsync(IReadOnlyList<KeyValueSilo> silos, int clients, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => AddAsync(silos, client, stop), CancellationToken.None)));

    /// <summary>Fails when an increment was lost or applied twice.</summary>
    public async Task AssertAppliedExactlyOnceAsync(IReadOnlyList<KeyValueSilo> silos, CancellationToken cancellationToken)
    {
        var value = await Patiently.ReadAsync(silos, first: 0, (client, token) => client.ReadCounterAsync(counter, token), cancellationToken);
        var repeated = _answers.GroupBy(answer => answer).Where(group => group.Count() > 1).Select(group => group.Key).ToArray();
        Assert.True(repeated.Length == 0, $"{counter}: the same answer was given to two increments: {string.Join(", ", repeated.Take(10))}");
        Assert.True(value >= AcknowledgedCount, $"{counter}: {AcknowledgedCount} increments were acknowledged, and it stands at {value}");
        Assert.True(
            value <= AcknowledgedCount + UnknownCount,
            $"{counter}: {AcknowledgedCount} increments were acknowledged and {UnknownCount} unknown, and it stands at {value}");
    }

    private async Task AddAsync(IReadOnlyList<KeyValueSilo> silos, int client, CancellationToken stop)
    {
        for (var target = client; !stop.IsCancellationRequested;)
        {
            var (outcome, value) = await silos[target % silos.Count].Client.AddAsync(counter, 1, stop);
            if (outcome == CallOutcome.Acknowledged)
            {
                _answers.Enqueue(value);
                RaiseHighest(value);
                pauses?.Acknowledged($"adder {client}");
                continue;
            }

            target++;
            if (outcome == CallOutcome.Unknown)
                Interlocked.Increment(ref _unknown);
            else
                await Patiently.PauseAsync(stop);
        }
    }

    private void RaiseHighest(long value)
    {
        for (var seen = Volatile.Read(ref _highest); seen < value;)
            seen = Interlocked.CompareExchange(ref _highest, value, seen);
    }
}
