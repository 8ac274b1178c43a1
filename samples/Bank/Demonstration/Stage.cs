using System.Collections.Concurrent;
using System.Diagnostics;
using Bank.Grains;

namespace Bank.Demonstration;

/// <summary>What there is to see at this moment: the silos, the tellers' counts, and what has happened so far.</summary>
internal sealed class Stage(IReadOnlyList<SiloProcess> silos, Tellers tellers)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentDictionary<SiloProcess, ReplicaStatus> _statuses = new();
    private readonly ConcurrentQueue<(TimeSpan Time, string Text)> _events = new();

    public IReadOnlyList<SiloProcess> Silos { get; } = silos;

    public Tellers Tellers { get; } = tellers;

    public TimeSpan Elapsed => _clock.Elapsed;

    public IReadOnlyCollection<(TimeSpan Time, string Text)> Events => _events;

    public void Report(string text) => _events.Enqueue((_clock.Elapsed, text));

    /// <summary>What a silo said last; null when it has not said anything since it was started.</summary>
    public ReplicaStatus? StatusOf(SiloProcess silo) => _statuses.GetValueOrDefault(silo);

    public void SetStatus(SiloProcess silo, ReplicaStatus? status)
    {
        if (status is null)
            _statuses.TryRemove(silo, out _);
        else
            _statuses[silo] = status;
    }

    /// <summary>The silo that leads, as far as anybody running knows.</summary>
    public SiloProcess? Leader
    {
        get
        {
            var latest = Silos.Where(silo => silo.IsRunning).Select(StatusOf).OfType<ReplicaStatus>().Where(status => status.LeaderPeerId is not null).MaxBy(status => status.Term);
            return Silos.FirstOrDefault(silo => silo.IsRunning && silo.PeerId == latest?.LeaderPeerId);
        }
    }
}
