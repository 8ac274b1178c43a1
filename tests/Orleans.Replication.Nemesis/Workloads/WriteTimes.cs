namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>How long acknowledged writes took, from the call to its answer, sorted by what was going on when they were answered.</summary>
internal sealed class WriteTimes
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<TimeSpan>> _times = [];
    private List<TimeSpan> _current = [];

    /// <summary>What happens from now on; a name that was there before goes on.</summary>
    public void Begin(string phase)
    {
        lock (_gate)
        {
            if (!_times.TryGetValue(phase, out var times))
                _times[phase] = times = [];
            _current = times;
        }
    }

    public void Add(TimeSpan time)
    {
        lock (_gate)
            _current.Add(time);
    }

    /// <summary>How many writes were acknowledged in a phase, the median and the longest of their times in milliseconds.</summary>
    public (int Count, double MedianMs, double LongestMs) Of(string phase)
    {
        lock (_gate)
        {
            var sorted = _times[phase].Order().ToArray();
            return sorted.Length == 0
                ? default
                : (sorted.Length, Math.Round(sorted[sorted.Length / 2].TotalMilliseconds, 1), Math.Round(sorted[^1].TotalMilliseconds));
        }
    }
}
