using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Silo;
using Orleans.Replication.Nemesis.Silo.Providers;

namespace Orleans.Replication.Nemesis.Providers;

/// <summary>A cluster whose clustering, grain directory, grain storage, journals and reminders are all in the group, while silos are killed.</summary>
public sealed class ProvidersTests(ITestOutputHelper output)
{
    private const int Uses = 10;
    private static readonly ProviderUse[] Kinds = Enum.GetValues<ProviderUse>();

    private readonly ConcurrentDictionary<(ProviderUse Kind, string Key), (long Count, long Value)> _uses = new();
    private readonly ConcurrentQueue<string> _losses = new();
    private volatile string? _leader;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_provider_goes_on_and_loses_nothing_when_the_leader_is_killed_and_when_all_silos_are()
    {
        await using var silos = await WorkingSilos.PrepareAsync("providers", TimeSpan.Zero, Keep, Cancelled);
        foreach (var silo in silos.All)
            await silo.StartAsync();
        await WaitForUsesAsync(silos, silos.All, silos.All);

        var leader = silos.All.First(silo => silo.Name == _leader);
        leader.Kill();
        var began = Stopwatch.GetTimestamp();

        // The reminder of the grain that it called is somebody else's now.
        await WaitForUsesAsync(silos, [.. silos.All.Where(silo => silo != leader)], silos.All);
        var afterLeader = Stopwatch.GetElapsedTime(began);
        await leader.StartAsync();
        await WaitForUsesAsync(silos, silos.All, silos.All);

        foreach (var silo in silos.All)
            silo.Kill();
        foreach (var silo in silos.All)
            await silo.StartAsync();
        began = Stopwatch.GetTimestamp();
        await WaitForUsesAsync(silos, silos.All, silos.All);

        var json = JsonSerializer.Serialize(
            new
            {
                stored = Sum(ProviderUse.Stored),
                journaled = Sum(ProviderUse.Journaled),
                reminded = Sum(ProviderUse.Reminded),
                lost = _losses.Count,
                afterLeaderMs = (long)afterLeader.TotalMilliseconds,
                afterAllMs = (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds,
            },
            JsonSerializerOptions.Web);
        output.WriteLine(json);
        Console.Out.WriteLine(json);
        Assert.Empty(_losses);
    }

    /// <summary>Waits until some silos have used each provider some more, and the reminders of some have fired.</summary>
    private async Task WaitForUsesAsync(WorkingSilos silos, IReadOnlyList<WorkingSilo> calling, IReadOnlyList<WorkingSilo> reminded)
    {
        var awaited = Kinds.SelectMany(kind => (kind == ProviderUse.Reminded ? reminded : calling).Select(silo => (kind, silo.Name)))
            .ToDictionary(use => use, use => CountOf(use) + (use.kind == ProviderUse.Reminded ? 2 : Uses));
        foreach (var (use, count) in awaited)
            await silos.WaitForAsync(() => CountOf(use) >= count ? silos : null, $"{use} {count} times", Cancelled);
    }

    private long CountOf((ProviderUse Kind, string Key) use) => _uses.GetValueOrDefault(use).Count;

    private long Sum(ProviderUse kind) => _uses.Where(use => use.Key.Kind == kind).Sum(use => use.Value.Count);

    /// <summary>Each use of a grain has to come to more than any before it: one that was answered and is lost is counted again.</summary>
    private void Keep(string line)
    {
        if (Report.Read<ProviderReport>(line) is not { } report)
            return;
        if (report.Leads)
            _leader = report.Silo;
        _uses.AddOrUpdate(
            (report.Kind, report.Key),
            _ => (1, report.Value),
            (use, seen) =>
            {
                if (report.Kind != ProviderUse.Reminded && report.Value <= seen.Value)
                    _losses.Enqueue($"{use} came to {report.Value} behind {seen.Value}.");
                return (seen.Count + 1, Math.Max(seen.Value, report.Value));
            });
    }
}
