using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Workloads;

namespace Orleans.Replication.Nemesis.Members;

/// <summary>The life of a cluster under load: it grows from one to five, every member is replaced, and it shrinks to three.</summary>
public sealed class MemberDrillTests(ITestOutputHelper output)
{
    /// <summary>
    /// What is promised is 3 s; what a run measured is in its JSON. A build machine with two cores, which run six silos and their clients, can delay an election by seconds without any
    /// fault of the software. A change that holds up the writers by itself waits for a time-out, of which the shortest that a writer sees is 10 s: that is the bound.
    /// </summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(NemesisSettings.Seed);
    private readonly PauseWatch _pauses = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_grows_has_every_member_replaced_and_shrinks_without_losing_a_write_or_pausing()
    {
        output.WriteLine($"NEMESIS_SEED={NemesisSettings.Seed}");
        await using var cluster = new ChangingCluster();
        _pauses.Begin("alone");
        await cluster.BeginAsync(Cancelled);
        var writes = new UniqueWrites("members", _pauses);
        var increments = new Increments("members", _pauses);
        var registers = new Registers("register", NemesisSettings.Seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var load = Task.WhenAll(
            writes.RunAsync(cluster.Silos, writers: 8, stop.Token),
            increments.RunAsync(cluster.Silos, clients: 4, stop.Token),
            registers.RunAsync(cluster.Silos, clients: 4, stop.Token));

        await GrowAsync(cluster, registers, to: 3);
        await GrowAsync(cluster, registers, to: 5);
        for (var round = 0; round < NemesisSettings.Kills; round++)
            await ReplaceAllAsync(cluster, registers);
        while (cluster.Silos.Count > 3)
            await PhaseAsync($"{cluster.Silos.Count} to {cluster.Silos.Count - 1}", registers, async () => await cluster.RemoveAsync(await cluster.FindLeaderAsync(Cancelled), Cancelled));
        await writes.WaitForAsync(writes.AcknowledgedCount + 100, Cancelled);
        await stop.CancelAsync();
        await load;

        var lost = await writes.FindLostAsync(cluster.Silos, Cancelled);
        await ReportAsync(writes, increments, registers, lost.Count);
        Assert.True(lost.Count == 0, $"{lost.Count} of {writes.AcknowledgedCount} acknowledged writes are lost, among them: {string.Join(", ", lost.Take(10))}");
        await increments.AssertAppliedExactlyOnceAsync(cluster.Silos, Cancelled);
        registers.AssertLinearizable();
        Assert.True(_pauses.Longest < PauseLimit, $"No write was acknowledged for {_pauses.Longest} in '{_pauses.LongestPhase.Phase}' (NEMESIS_SEED={NemesisSettings.Seed}).");
    }

    private async Task GrowAsync(ChangingCluster cluster, Registers registers, int to)
    {
        while (cluster.Silos.Count < to)
            await PhaseAsync($"{cluster.Silos.Count} to {cluster.Silos.Count + 1}", registers, () => cluster.AddAsync(Cancelled));
    }

    /// <summary>Every one that is there now, the leader first and the others in an order of chance.</summary>
    private async Task ReplaceAllAsync(ChangingCluster cluster, Registers registers)
    {
        var leader = await cluster.FindLeaderAsync(Cancelled);
        var others = cluster.Silos.Where(silo => silo != leader).ToArray();
        _random.Shuffle(others);
        foreach (var old in (KeyValueSilo[])[leader, .. others])
        {
            await PhaseAsync($"add beside {old}", registers, () => cluster.AddAsync(Cancelled));
            var leads = await cluster.FindLeaderAsync(Cancelled) == old;
            await PhaseAsync(leads ? $"remove {old}, which leads" : $"remove {old}", registers, () => cluster.RemoveAsync(old, Cancelled));
        }
    }

    private async Task PhaseAsync(string name, Registers registers, Func<Task> change)
    {
        registers.BeginEra();
        _pauses.Begin(name);
        await change();
        var answered = registers.AnsweredCount + 100;
        await Eventually.HoldsAsync(() => registers.AnsweredCount >= answered, $"100 more calls to be answered after '{name}'", Cancelled);
    }

    private async Task ReportAsync(UniqueWrites writes, Increments increments, Registers registers, int lost)
    {
        foreach (var (phase, pause) in _pauses.Pauses)
            output.WriteLine($"{phase}: longest pause {pause.TotalMilliseconds:F0} ms");
        var json = JsonSerializer.Serialize(new
        {
            drill = "members",
            seed = NemesisSettings.Seed,
            acknowledged = writes.AcknowledgedCount,
            lost,
            increments = increments.AcknowledgedCount,
            incrementsUnknown = increments.UnknownCount,
            registerCalls = registers.AnsweredCount,
            changes = _pauses.Pauses.Count - 1,
            longestPauseMs = Math.Round(_pauses.Longest.TotalMilliseconds),
            longestPauseIn = _pauses.LongestPhase.Phase,
            longestPauseOfOneClientMs = Math.Round(_pauses.LongestOfOneClient.TotalMilliseconds),
        });
        await Console.Out.WriteLineAsync(json);
        output.WriteLine(json);
    }
}
