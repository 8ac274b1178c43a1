using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Silo;
using Orleans.Replication.Nemesis.Silo.Membership;

namespace Orleans.Replication.Nemesis.Members;

/// <summary>Silos whose processes are gone, in a cluster whose own probes find out nothing: they take ten minutes.</summary>
public sealed class LostProcessTests(ITestOutputHelper output)
{
    private readonly ConcurrentDictionary<string, int> _active = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_silo_is_declared_dead_by_the_others_and_two_start_again_although_the_third_is_gone()
    {
        await using var silos = await WorkingSilos.PrepareAsync("members", TimeSpan.Zero, Keep, Cancelled);
        foreach (var silo in silos.All)
            await silo.StartAsync();
        await WaitUntilActiveAsync(silos, silos.All, 3);

        var (others, victim) = ((WorkingSilo[])[silos.All[0], silos.All[1]], silos.All[2]);
        victim.Kill();
        var killed = Stopwatch.GetTimestamp();
        await WaitUntilActiveAsync(silos, others, 2);
        var declared = Stopwatch.GetElapsedTime(killed);

        await victim.StartAsync();
        await WaitUntilActiveAsync(silos, silos.All, 3);

        // As after a power failure that one machine has not survived: the table has all three as active.
        foreach (var silo in silos.All)
            silo.Kill();
        _active.Clear();
        foreach (var silo in others)
            await silo.StartAsync();
        var started = Stopwatch.GetTimestamp();
        await WaitUntilActiveAsync(silos, others, 2);

        var json = JsonSerializer.Serialize(
            new { drill = "lost process", declaredDeadMs = (long)declared.TotalMilliseconds, twoAgainMs = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds }, JsonSerializerOptions.Web);
        output.WriteLine(json);
        Console.Out.WriteLine(json);
    }

    /// <summary>Waits until some silos know of so many active ones.</summary>
    private async Task WaitUntilActiveAsync(WorkingSilos silos, IReadOnlyList<WorkingSilo> knowing, int count)
    {
        foreach (var silo in knowing)
            await silos.WaitForAsync(() => _active.GetValueOrDefault(silo.Name) == count ? silos : null, $"{silo} to know of {count} active silos", Cancelled);
    }

    private void Keep(string line)
    {
        if (Report.Read<MemberReport>(line) is { } report)
            _active[report.Silo] = report.Active.Count;
    }
}
