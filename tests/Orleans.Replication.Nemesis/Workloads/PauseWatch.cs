using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>Measures how long writes were not acknowledged: to anybody, which is a pause of the group, and to one client, which may have had to find another silo.</summary>
internal sealed class PauseWatch
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, long> _clients = new();
    private readonly Dictionary<string, TimeSpan> _pauses = [];
    private readonly List<string> _order = [];
    private string _phase = "";
    private long _last;

    /// <summary>The longest time without any acknowledged write.</summary>
    public TimeSpan Longest => LongestPhase.Pause;

    /// <summary>When that was.</summary>
    public (string Phase, TimeSpan Pause) LongestPhase
    {
        get
        {
            lock (_gate)
                return _pauses.Select(pause => (pause.Key, pause.Value)).DefaultIfEmpty().MaxBy(pause => pause.Value);
        }
    }

    /// <summary>The longest time between two acknowledged writes of one client.</summary>
    public TimeSpan LongestOfOneClient { get; private set; }

    /// <summary>The longest pause of each phase, in the order of their begin.</summary>
    public IReadOnlyList<(string Phase, TimeSpan Pause)> Pauses
    {
        get
        {
            lock (_gate)
                return [.. _order.Select(phase => (phase, _pauses[phase]))];
        }
    }

    /// <summary>What happens from now on.</summary>
    public void Begin(string phase)
    {
        lock (_gate)
        {
            _phase = phase;
            if (_pauses.TryAdd(phase, TimeSpan.Zero))
                _order.Add(phase);
        }
    }

    /// <summary>A client's write was acknowledged. A pause counts for the phase in which it ends.</summary>
    public void Acknowledged(string client)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_last != 0 && Stopwatch.GetElapsedTime(_last, now) is var pause && pause > _pauses[_phase])
                _pauses[_phase] = pause;
            _last = Math.Max(_last, now);
            if (_clients.TryGetValue(client, out var before) && Stopwatch.GetElapsedTime(before, now) is var alone && alone > LongestOfOneClient)
                LongestOfOneClient = alone;
            _clients[client] = now;
        }
    }
}
