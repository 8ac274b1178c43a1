using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Silo;
using Orleans.Replication.Nemesis.Silo.Holding;

namespace Orleans.Replication.Nemesis.Recipes;

/// <summary>
/// Whoever has the lock, or leads, is stopped (SIGSTOP) for longer than its lease, in the middle of what it does, and goes on after another has taken over. Three silos
/// compete; the one that is stopped may lead the group as well.
/// </summary>
public sealed class StoppedHolderTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<HolderEvent> _events = new();

    /// <summary>On a machine that is busy, the office may change hands by itself.</summary>
    private const int MaxAttemptsPerRound = 10;

    private static int Rounds => Math.Max(3, NemesisSettings.Kills);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("lock")]
    [InlineData("election")]
    public async Task A_holder_that_was_stopped_is_refused_by_its_token_and_learns_that_it_lost_the_office(string office)
    {
        await using var silos = await WorkingSilos.PrepareAsync(office, Lease, Keep, Cancelled);
        foreach (var silo in silos.All)
            await silo.StartAsync();

        // A silo becomes active only when all that are active answer it.
        foreach (var silo in silos.All)
            await WaitForAsync(silos, $"{silo} to serve", e => e.Kind == "serves" && e.Name == silo.Name);
        var refused = 0;
        List<long> tokens = [];
        for (var (round, attempt) = (0, 0); round < Rounds; attempt++)
        {
            Assert.True(attempt < MaxAttemptsPerRound * Rounds, $"In {attempt} attempts the holder had lost the office before it was stopped.");
            var holder = await silos.WaitForAsync(FindHolder, "a silo to hold the office", Cancelled);
            var process = silos.All.Single(silo => silo.Name == holder.Name);
            process.Pause();
            var next = await WaitForAsync(silos, $"another to take over from {holder}", e => e.Kind == "holds" && e.Token > holder.Token && e.Name != holder.Name);
            process.Resume();

            var lost = await WaitForAsync(silos, $"{holder} to learn that its tenure is over", e => e.Kind == "lost" && e.Name == holder.Name && e.Token == holder.Token);
            if (IsBefore(lost, next))
                continue;
            Assert.True(lost.Refused, $"A guarded write of {holder} was accepted after {next}: {lost}");
            Assert.False(lost.Renewed, $"The lease of {holder} was renewed after {next}: {lost}");
            Assert.True(lost.Fence >= next.Token, $"The resource forgot the token of {next}: {lost}");
            refused++;
            round++;
            if (tokens.LastOrDefault() != holder.Token)
                tokens.Add(holder.Token);
            tokens.Add(next.Token);
        }

        var events = _events.ToArray();
        Print(office, tokens, refused, events);
        Assert.DoesNotContain(events, e => e.Kind == "intruder");
        AssertTokensGrow(events);
        Assert.Equal(tokens.Order().Distinct(), tokens);
    }

    /// <summary>Whoever has taken the office last, and has not lost it since.</summary>
    private HolderEvent? FindHolder()
    {
        var events = _events.ToArray();
        return events.LastOrDefault(e => e.Kind == "holds") is { } last && !events.Any(e => e.Kind == "lost" && e.Name == last.Name && e.Token == last.Token) ? last : null;
    }

    private bool IsBefore(HolderEvent first, HolderEvent second)
    {
        var events = _events.ToArray();
        return Array.IndexOf(events, first) < Array.IndexOf(events, second);
    }

    // A token is of one tenure, and whoever holds the office again has a greater one than before. Reports of different processes may cross on their way.
    private static void AssertTokensGrow(HolderEvent[] events)
    {
        var taken = events.Where(e => e.Kind == "holds").ToArray();
        Assert.Equal(taken.Length, taken.Select(e => e.Token).Distinct().Count());
        foreach (var silo in taken.GroupBy(e => e.Name))
            Assert.Equal(silo.Select(e => e.Token).Order(), silo.Select(e => e.Token));
    }

    private void Print(string office, List<long> tokens, int refused, HolderEvent[] events)
    {
        var json = JsonSerializer.Serialize(
            new
            {
                office,
                rounds = Rounds,
                tokens,
                refusedStaleWrites = refused,
                acceptedWrites = events.Where(e => e.Kind == "lost").Sum(e => e.Writes),
                intruders = events.Count(e => e.Kind == "intruder"),
            },
            JsonSerializerOptions.Web);
        output.WriteLine(json);
        Console.Out.WriteLine(json);
    }

    private void Keep(string line)
    {
        if (Report.Read<HolderEvent>(line) is { } happened)
            _events.Enqueue(happened);
    }

    private Task<HolderEvent> WaitForAsync(WorkingSilos silos, string what, Func<HolderEvent, bool> condition) =>
        silos.WaitForAsync(() => _events.FirstOrDefault(condition), what, Cancelled);
}
