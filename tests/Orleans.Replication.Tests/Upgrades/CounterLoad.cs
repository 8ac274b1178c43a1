using System.Collections.Concurrent;

namespace Orleans.Replication.Tests.Upgrades;

/// <summary>Clients that add to counters, on whichever silo runs, each call with a number of its own that is never used again.</summary>
internal sealed class CounterLoad(UpgradeCluster cluster)
{
    private const int Clients = 3;
    private const int StepsPerKey = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<(string Key, int Sequence), bool?> _calls = new();

    /// <summary>What became of each call: true for one that was acknowledged, false for one of which nothing was written, null for one of which nothing is known.</summary>
    public IReadOnlyDictionary<(string Key, int Sequence), bool?> Calls => _calls;

    /// <summary>What the resets of silos of release 2 were answered, by the error's type or "done".</summary>
    public ConcurrentDictionary<string, int> Resets { get; } = new();

    /// <summary>Runs until it is cancelled; does not throw.</summary>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(client => AddAsync(client, stopping)).Append(ResetAsync(stopping)));

    private async Task AddAsync(int client, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause);
        for (var sequence = 0; !stopping.IsCancellationRequested; sequence++)
        {
            var key = $"counter-{client}-{sequence / StepsPerKey}";
            var answer = await AskAsync(client + sequence, $"add {key} {sequence}", _ => true);
            _calls[(key, sequence)] = answer is null ? null : !answer.StartsWith('!') ? true : IsNothingWritten(answer) ? false : null;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task ResetAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause);
        for (var turn = 0; !stopping.IsCancellationRequested; turn++)
        {
            if (await AskAsync(turn, "reset resets", silo => silo.Release > 1) is { } answer)
                Resets.AddOrUpdate(answer.StartsWith('!') ? answer[1..answer.IndexOf(' ', StringComparison.Ordinal)] : "done", 1, (_, count) => count + 1);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static bool IsNothingWritten(string answer) => answer.StartsWith($"!{nameof(ReplicationUnavailableException)} ", StringComparison.Ordinal);

    /// <returns>Null when the silo ended, or there is none.</returns>
    private async Task<string?> AskAsync(int turn, string question, Func<SiloProcess, bool> isFit)
    {
        var silos = cluster.Running.Where(isFit).ToArray();
        if (silos.Length == 0)
            return null;
        try
        {
            return await silos[turn % silos.Length].AskAsync(question);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }
    }
}
