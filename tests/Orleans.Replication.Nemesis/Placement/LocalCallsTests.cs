using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Silo;
using Orleans.Replication.Nemesis.Silo.Calls;

namespace Orleans.Replication.Nemesis.Placement;

/// <summary>Where calls of replicated grains run while silos come, leave and die.</summary>
public sealed class LocalCallsTests(ITestOutputHelper output)
{
    private const int CallsBetweenFaults = 1000;

    // The last report of each process.
    private readonly ConcurrentDictionary<int, CallReport> _lives = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_call_of_a_replicated_grain_leaves_its_silo_while_silos_join_leave_and_die_and_a_retry_saves_every_call()
    {
        await using var silos = await WorkingSilos.PrepareAsync("calls", TimeSpan.Zero, Keep, Cancelled);

        // Two are a quorum; the third joins under their load, and so does everybody who was away.
        await silos.All[0].StartAsync();
        await silos.All[1].StartAsync();
        await WaitForMoreCallsAsync(silos, silos.All[0], silos.All[1]);
        await silos.All[2].StartAsync();
        await WaitForMoreCallsAsync(silos, [.. silos.All]);
        foreach (var silo in silos.All)
        {
            silo.Kill();
            await ReturnAsync(silos, silo);
            silo.Terminate();
            await silos.WaitForAsync(() => silo.IsRunning ? null : silo, $"{silo} to leave", Cancelled);
            await ReturnAsync(silos, silo);
        }

        var lives = _lives.Values.ToArray();
        var json = JsonSerializer.Serialize(
            new { lives = lives.Length, calls = lives.Sum(life => life.Calls), left = lives.Sum(life => life.Left), retried = lives.Sum(life => life.Retried), lost = lives.Sum(life => life.Failures.Length) },
            JsonSerializerOptions.Web);
        output.WriteLine(json);
        Console.Out.WriteLine(json);
        Assert.Empty(lives.SelectMany(life => life.Failures));
        Assert.Equal(0, lives.Sum(life => life.Left));
    }

    private async Task ReturnAsync(WorkingSilos silos, WorkingSilo silo)
    {
        await WaitForMoreCallsAsync(silos, [.. silos.All.Where(other => other != silo)]);
        await silo.StartAsync();
        await WaitForMoreCallsAsync(silos, [.. silos.All]);
    }

    /// <summary>Waits until each of the silos has answered some more, in this life or the next.</summary>
    private async Task WaitForMoreCallsAsync(WorkingSilos silos, params WorkingSilo[] callers)
    {
        foreach (var (caller, before) in callers.Select(caller => (caller, CallsOf(caller))).ToArray())
            await silos.WaitForAsync(() => CallsOf(caller) >= before + CallsBetweenFaults ? caller : null, $"calls on {caller}", Cancelled);
    }

    private long CallsOf(WorkingSilo silo) => _lives.Values.Where(life => life.Name == silo.Name).Sum(life => life.Calls);

    private void Keep(string line)
    {
        if (Report.Read<CallReport>(line) is { } report)
            _lives[report.ProcessId] = report;
    }
}
