using System.Collections.Concurrent;

namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>Collects the calls of concurrent clients, by key. Its clock counts events: what ended before something else began has the lower time.</summary>
internal sealed class History
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Operation<RegisterCall, string?>>> _calls = new();
    private long _clock;
    private int _answered;

    /// <summary>How many calls have had an answer.</summary>
    public int AnsweredCount => Volatile.Read(ref _answered);

    public IEnumerable<string> Keys => _calls.Keys;

    /// <summary>A call begins.</summary>
    public long Begin() => Interlocked.Increment(ref _clock);

    /// <summary>It has its answer.</summary>
    public void End(string client, string key, RegisterCall call, long began, string? answer)
    {
        Add(key, new Operation<RegisterCall, string?>(client, call, began, Interlocked.Increment(ref _clock), answer));
        Interlocked.Increment(ref _answered);
    }

    /// <summary>It will never have an answer.</summary>
    public void Lose(string client, string key, RegisterCall call, long began) =>
        Add(key, new Operation<RegisterCall, string?>(client, call, began, null, null));

    public IReadOnlyCollection<Operation<RegisterCall, string?>> Of(string key) => _calls[key];

    private void Add(string key, Operation<RegisterCall, string?> operation) => _calls.GetOrAdd(key, _ => new()).Enqueue(operation);
}
