using System.Globalization;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Upgrades;

/// <summary>Two releases of a grain assembly, as processes, replaced one by one under load.</summary>
public sealed class RollingUpgradeTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly UpgradeCluster _cluster = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Silos_are_replaced_one_by_one_under_load_and_all_begin_the_new_behaviour_at_one_command()
    {
        await _cluster.StartAsync(release: 1);
        using var stop = new CancellationTokenSource();
        var load = new CounterLoad(_cluster);
        var running = load.RunAsync(stop.Token);
        await UntilAcknowledgedAsync(load, 30);

        // Forward, back while the last one is of release 1, and forward again.
        foreach (var (silo, release) in new[] { (0, 2), (1, 2), (1, 1), (1, 2) })
        {
            await _cluster.ReplaceAsync(silo, release);
            await UntilAcknowledgedAsync(load, 30);
            Assert.All(await _cluster.AskAllAsync("status"), status => Assert.Equal("1 healthy", status));
        }

        Assert.DoesNotContain("done", load.Resets.Keys);
        Assert.Contains(nameof(OperationNotYetAvailableException), load.Resets.Keys);
        await _cluster.ReplaceAsync(2, release: 2);
        await Wait.UntilAsync("version 2 is in force on all", async () => (await _cluster.AskAllAsync("status")).All(status => status == "2 healthy"));
        await UntilAcknowledgedAsync(load, 30);
        await Wait.UntilAsync("an operation of version 2 is applied", () => Task.FromResult(load.Resets.ContainsKey("done")));
        await stop.CancelAsync();
        await running;

        await CheckAsync(load);
        var refused = await Assert.ThrowsAsync<IOException>(() => _cluster.ReplaceAsync(2, release: 1));
        Assert.Contains("Version 2 of the operations is in force in this group, and this silo's code has version 1", refused.Message, StringComparison.Ordinal);
    }

    private async Task CheckAsync(CounterLoad load)
    {
        var steps = new List<(long Index, long Added)>();
        foreach (var key in load.Calls.Keys.Select(call => call.Key).Distinct())
        {
            var answers = await _cluster.AskAllAsync($"read {key}");
            Assert.Single(answers.Distinct());
            var read = answers[0].Split(' ', ',', ':').Where(word => word.Length > 0).Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            var found = read[1..].Chunk(3).Select(step => (Sequence: (int)step[0], Index: step[1], Added: step[2])).ToArray();
            Assert.Equal(read[0], found.Sum(step => step.Added));
            Assert.Equal(found.Length, found.DistinctBy(step => step.Sequence).Count());
            var calls = load.Calls.Where(call => call.Key.Key == key).ToArray();
            Assert.Empty(calls.Where(call => call.Value == true).Select(call => call.Key.Sequence).Except(found.Select(step => step.Sequence)));
            Assert.Empty(calls.Where(call => call.Value == false).Select(call => call.Key.Sequence).Intersect(found.Select(step => step.Sequence)));
            steps.AddRange(found.Select(step => (step.Index, step.Added)));
        }

        // One command divides what was added as before from what was added anew.
        var added = steps.OrderBy(step => step.Index).Select(step => step.Added).ToArray();
        Assert.Equal([1, 10], added.Distinct());
        Assert.Equal(added.Order(), added);
        var dump = Assert.Single((await _cluster.AskAllAsync("dump")).Distinct());
        Assert.All(await _cluster.AskAllAsync("status"), status => Assert.Equal("2 healthy", status));
        output.WriteLine(
            $"{load.Calls.Values.Count(done => done == true)} acknowledged, {load.Calls.Values.Count(done => done == false)} refused, {load.Calls.Values.Count(done => done is null)} unknown; "
            + $"{added.Count(amount => amount == 1)} before version 2, {added.Count(amount => amount == 10)} from it on; resets: {string.Join(", ", load.Resets)}; states of all: {dump}");
    }

    private static async Task UntilAcknowledgedAsync(CounterLoad load, int more)
    {
        var goal = load.Calls.Values.Count(done => done == true) + more;
        await Wait.UntilAsync($"{more} more calls are acknowledged", () => Task.FromResult(load.Calls.Values.Count(done => done == true) >= goal));
    }
}
