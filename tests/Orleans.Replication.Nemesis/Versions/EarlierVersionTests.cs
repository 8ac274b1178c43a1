using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Snapshots;
using Orleans.Replication.Nemesis.Workloads;

namespace Orleans.Replication.Nemesis.Versions;

/// <summary>
/// An earlier build of this software as a peer of this one (SAFETY 3: two versions of the software at once). A test run has no second build: <c>build/mixed.sh</c> makes one, says where
/// it is, and runs this.
/// </summary>
public sealed class EarlierVersionTests : IAsyncDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly PauseWatch _pauses = new();
    private readonly UniqueWrites _writes;
    private readonly Increments _increments;
    private readonly Registers _registers = new("register", NemesisSettings.Seed);
    private KeyValueCluster? _cluster;

    public EarlierVersionTests(ITestOutputHelper output)
    {
        _output = output;
        _writes = new UniqueWrites("versions", _pauses);
        _increments = new Increments("versions", _pauses);
    }

    private KeyValueCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster was not started.");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    [Trait("Needs", "an earlier build")]
    public async Task Silos_of_an_earlier_build_and_of_this_one_are_one_group_and_each_is_upgraded_in_place_over_its_folder()
    {
        Assert.True(File.Exists(NemesisSettings.EarlierBuild), $"There is no earlier build at '{NemesisSettings.EarlierBuild}': run build/mixed.sh.");
        _pauses.Begin("all earlier");
        _cluster = await KeyValueCluster.StartAsync(program: NemesisSettings.EarlierBuild, cancellationToken: Cancelled);
        var (last, first, second) = (Cluster.Silos[0], Cluster.Silos[1], Cluster.Silos[2]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var load = Task.WhenAll(
            _writes.RunAsync(Cluster.Silos, writers: 8, stop.Token),
            _increments.RunAsync(Cluster.Silos, clients: 4, stop.Token),
            _registers.RunAsync(Cluster.Silos, clients: 4, stop.Token));

        await PhaseAsync("upgrade of the first", () => UpgradeAsync(first));
        await PhaseAsync("the first leads two earlier ones", () => Cluster.MoveLeadershipAsync(first, Cancelled));
        await PhaseAsync("an earlier one leads", () => Cluster.MoveLeadershipAsync(last, Cancelled));
        await PhaseAsync("upgrade of the second", () => UpgradeAsync(second));
        await PhaseAsync("the second leads the earlier one", () => Cluster.MoveLeadershipAsync(second, Cancelled));
        await PhaseAsync("a wiped silo of this build, by the earlier leader's snapshot", () => RefillAsync(first, from: last));
        await PhaseAsync("a wiped silo of the earlier build, by a snapshot of this build's leader", () => RefillAsync(last, from: second));
        await PhaseAsync("upgrade of the last", () => UpgradeAsync(last));
        await stop.CancelAsync();
        await load;
        await CheckAsync();
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task PhaseAsync(string name, Func<Task> change)
    {
        _registers.BeginEra();
        _pauses.Begin(name);
        await change();
        await _writes.WaitForAsync(_writes.AcknowledgedCount + 100, Cancelled);
        var answered = _registers.AnsweredCount + 100;
        await Eventually.HoldsAsync(() => _registers.AnsweredCount >= answered, $"100 more calls to be answered after '{name}'", Cancelled);
        _output.WriteLine($"{name}: done, {_writes.AcknowledgedCount} writes so far");
    }

    private static async Task UpgradeAsync(KeyValueSilo silo)
    {
        await silo.StopAsync(Cancelled);
        silo.Program = KeyValueSilo.CurrentBuild;
        await silo.StartAsync();
        await KeyValueCluster.WaitUntilReadyAsync([silo], Cancelled);
    }

    /// <summary>A silo loses its disk, and its leader has no longer the log that it would need.</summary>
    private async Task RefillAsync(KeyValueSilo wiped, KeyValueSilo from)
    {
        await Cluster.MoveLeadershipAsync(from, Cancelled);
        await Cluster.ForgetLogAsync(from, Cancelled);
        Assert.Equal(from, await Cluster.WaitForLeaderAsync(Cancelled));
        var disk = Cluster.DiskOf(wiped);
        wiped.Kill();
        disk.Wipe();
        await wiped.StartAsync();
        await KeyValueCluster.WaitUntilReadyAsync([wiped], Cancelled);
        Assert.True(disk.HasSnapshot, $"{wiped} has caught up without a snapshot: the test has shown nothing.");
        Assert.Equal(from, await Cluster.WaitForLeaderAsync(Cancelled));
    }

    private async Task CheckAsync()
    {
        var lost = await _writes.FindLostAsync(Cluster.Silos, Cancelled);
        var comparison = await ReplicaComparison.OfAsync(Cluster, Cancelled);
        foreach (var (phase, pause) in _pauses.Pauses)
            _output.WriteLine($"{phase}: longest pause {pause.TotalMilliseconds:F0} ms");
        var json = JsonSerializer.Serialize(new
        {
            drill = "versions",
            seed = NemesisSettings.Seed,
            acknowledged = _writes.AcknowledgedCount,
            lost = lost.Count,
            increments = _increments.AcknowledgedCount,
            incrementsUnknown = _increments.UnknownCount,
            registerCalls = _registers.AnsweredCount,
            comparedAt = comparison.Index,
            comparedKeys = comparison.Keys,
            differingKeys = comparison.Differing.Count,
            hashesEqual = comparison.HashesEqual,
            longestPauseMs = Math.Round(_pauses.Longest.TotalMilliseconds),
            longestPauseIn = _pauses.LongestPhase.Phase,
        });
        await Console.Out.WriteLineAsync(json);
        _output.WriteLine(json);
        Assert.True(lost.Count == 0, $"{lost.Count} of {_writes.AcknowledgedCount} acknowledged writes are lost, among them: {string.Join(", ", lost.Take(10))}");
        Assert.True(comparison.Differing.Count == 0, $"{comparison.Differing.Count} keys differ between the replicas, among them: {string.Join(", ", comparison.Differing.Take(10))}");
        await _increments.AssertAppliedExactlyOnceAsync(Cluster.Silos, Cancelled);
        _registers.AssertLinearizable();
    }
}
