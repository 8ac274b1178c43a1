using System.Collections.Concurrent;
using System.Text.Json;

namespace Orleans.Replication.Nemesis;

/// <summary>What a whole run did and found, as one line of JSON: for the log of a build, and for scripts (<c>NEMESIS_SUMMARY</c> names a file).</summary>
internal sealed class Summary
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    private readonly ConcurrentQueue<TimeSpan> _failovers = new();
    private int _kills;
    private long _acknowledged;
    private long _lost;
    private long _reads;
    private long _staleReads;

    public void AddKills(int count) => Interlocked.Add(ref _kills, count);

    public void AddWrites(int acknowledged, int lost)
    {
        Interlocked.Add(ref _acknowledged, acknowledged);
        Interlocked.Add(ref _lost, lost);
    }

    public void AddReads(int reads, int stale)
    {
        Interlocked.Add(ref _reads, reads);
        Interlocked.Add(ref _staleReads, stale);
    }

    public void AddFailover(TimeSpan time) => _failovers.Enqueue(time);

    public string ToJson()
    {
        var failovers = _failovers.Select(time => Math.Round(time.TotalMilliseconds)).Order().ToArray();
        return JsonSerializer.Serialize(
            new
            {
                seed = NemesisSettings.Seed,
                kills = _kills,
                acknowledged = _acknowledged,
                lost = _lost,
                reads = _reads,
                staleReads = _staleReads,
                failovers = failovers.Length,
                failoverMedianMs = failovers.Length > 0 ? failovers[failovers.Length / 2] : (double?)null,
                failoverMaxMs = failovers.Length > 0 ? failovers[^1] : (double?)null,
            },
            Format);
    }
}
