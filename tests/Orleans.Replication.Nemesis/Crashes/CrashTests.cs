using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Workloads;

namespace Orleans.Replication.Nemesis.Crashes;

/// <summary>Crashes of real processes under load, and what must hold afterwards (SAFETY 3).</summary>
[Collection(CrashCollection.Name)]
public sealed class CrashTests(CrashFixture fixture, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Random _random = new(NemesisSettings.Seed);

    private KeyValueCluster Cluster => fixture.Cluster;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        output.WriteLine($"NEMESIS_SEED={NemesisSettings.Seed}");
        await Cluster.HealAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_acknowledged_write_survives_the_leader_and_a_follower_killed_while_the_third_is_paused()
    {
        for (var round = 0; round < NemesisSettings.Kills; round++)
        {
            var leader = await Cluster.WaitForLeaderAsync(Cancelled);
            var followers = Cluster.Silos.Where(silo => silo != leader).ToArray();
            var (killed, paused) = _random.Next(2) == 0 ? (followers[0], followers[1]) : (followers[1], followers[0]);
            var writes = new UniqueWrites($"paused-{round}");

            // The leader and one follower are the majority that acknowledges: only their two disks can have it.
            paused.Pause();
            await writes.UntilAsync([leader, killed], RandomMoment, () => KillAtOnce(leader, killed), Cancelled);
            await killed.StartAsync();
            paused.Resume();

            await AssertNothingLostAsync(writes, [killed, paused], kills: 2);
            await Cluster.HealAsync(Cancelled);
        }
    }

    [Fact]
    public async Task Every_acknowledged_write_survives_all_three_killed_at_once()
    {
        for (var round = 0; round < NemesisSettings.Kills; round++)
        {
            var writes = new UniqueWrites($"total-{round}");
            await writes.UntilAsync(Cluster.Silos, RandomMoment, () => KillAtOnce([.. Cluster.Silos]), Cancelled);
            await Cluster.HealAsync(Cancelled);

            await AssertNothingLostAsync(writes, Cluster.Silos, kills: 3);
        }
    }

    [Fact]
    public async Task Writes_resume_after_the_leader_is_killed_and_increments_apply_exactly_once()
    {
        for (var round = 0; round < NemesisSettings.Kills; round++)
        {
            var writes = new UniqueWrites($"leader-{round}");
            var increments = new Increments($"leader-{round}");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            var load = Task.WhenAll(
                writes.RunAsync(Cluster.Silos, NemesisSettings.Writers / 2, stop.Token),
                increments.RunAsync(Cluster.Silos, NemesisSettings.Writers / 2, stop.Token));
            await writes.WaitForAsync(RandomMoment, Cancelled);

            var leader = await Cluster.WaitForLeaderAsync(Cancelled);
            leader.Kill();
            var failover = await FailoverClock.MeasureAsync([.. Cluster.Silos.Where(silo => silo != leader)], Cancelled);
            await writes.WaitForAsync(writes.AcknowledgedCount + RandomMoment, Cancelled);
            await stop.CancelAsync();
            await load;

            fixture.Summary.AddFailover(failover);
            output.WriteLine(
                $"{leader} led and was killed: first acknowledged write after {failover.TotalMilliseconds:F0} ms; "
                + $"{writes.AcknowledgedCount} writes, {increments.AcknowledgedCount} increments acknowledged, {increments.UnknownCount} unknown");
            await Cluster.HealAsync(Cancelled);
            await AssertNothingLostAsync(writes, Cluster.Silos, kills: 1);
            await increments.AssertAppliedExactlyOnceAsync(Cluster.Silos, Cancelled);
        }
    }

    [Fact]
    public async Task No_linearizable_read_is_stale_after_an_ordinary_failover()
    {
        var increments = new Increments("failover");
        var watch = new StaleReadWatch("failover", increments);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var load = Task.WhenAll(
            increments.RunAsync(Cluster.Silos, clients: 8, stop.Token),
            watch.RunAsync(Cluster.Silos, readersPerSilo: 4, stop.Token));
        for (var round = 0; round < NemesisSettings.Kills; round++)
        {
            var leader = await Cluster.WaitForLeaderAsync(Cancelled);
            await watch.WaitForMoreAsync(RandomMoment, Cancelled);
            leader.Kill();
            fixture.Summary.AddKills(1);
            fixture.Summary.AddFailover(await FailoverClock.MeasureAsync([.. Cluster.Silos.Where(silo => silo != leader)], Cancelled));
            await Cluster.HealAsync(Cancelled);
        }

        await stop.CancelAsync();
        await load;
        fixture.Summary.AddReads(watch.ReadCount, watch.Stale.Count);
        output.WriteLine($"{watch.ReadCount} reads, {watch.Stale.Count} stale");
        Assert.Empty(watch.Stale);
        await increments.AssertAppliedExactlyOnceAsync(Cluster.Silos, Cancelled);
    }

    /// <summary>SAFETY S9: a leader that was stopped wakes up with its lease in its hands, and reads that wait to be answered.</summary>
    [Fact]
    public async Task No_read_by_lease_is_stale_when_the_leader_is_stopped_and_goes_on_after_another_was_elected()
    {
        var increments = new Increments("lease");
        var watch = new StaleReadWatch("lease", increments, "lease");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var load = Task.WhenAll(
            increments.RunAsync(Cluster.Silos, clients: 9, stop.Token),
            watch.RunAsync(Cluster.Silos, readersPerSilo: 4, stop.Token));
        for (var round = 0; round < Math.Max(2, NemesisSettings.Kills); round++)
        {
            var leader = await Cluster.WaitForLeaderAsync(Cancelled);
            await watch.WaitForMoreAsync(RandomMoment, Cancelled);
            leader.Pause();
            fixture.Summary.AddFailover(await FailoverClock.MeasureAsync([.. Cluster.Silos.Where(silo => silo != leader)], Cancelled));
            var before = increments.Highest;
            await Eventually.HoldsAsync(() => increments.Highest > before, "an increment that the next leader acknowledges", Cancelled);
            var waiting = watch.BeginAsync(leader, reads: 32, Cancelled);
            leader.Resume();
            await waiting;
            await Cluster.HealAsync(Cancelled);
        }

        await stop.CancelAsync();
        await load;
        fixture.Summary.AddReads(watch.ReadCount, watch.Stale.Count);
        output.WriteLine($"{watch.ReadCount} reads, {watch.Stale.Count} stale");
        Assert.Empty(watch.Stale);
        await increments.AssertAppliedExactlyOnceAsync(Cluster.Silos, Cancelled);
    }

    [Fact]
    public async Task A_write_that_was_refused_for_want_of_a_quorum_is_never_applied()
    {
        var leader = await Cluster.WaitForLeaderAsync(Cancelled);
        var survivor = Cluster.Silos.First(silo => silo != leader);
        KillAtOnce([.. Cluster.Silos.Where(silo => silo != survivor)]);
        fixture.Summary.AddKills(2);

        var refused = (await Task.WhenAll(Enumerable.Range(0, 16).Select(i => TryPutAsync(survivor, $"refused-{i}")))).OfType<string>().ToArray();
        await Cluster.HealAsync(Cancelled);

        Assert.True(refused.Length > 0, "No write was answered with 503: the test has shown nothing.");
        foreach (var key in refused)
            Assert.Empty(await Patiently.ReadAsync(Cluster.Silos, first: 0, (client, token) => client.GetAsync(key, token), Cancelled));
    }

    /// <returns>The key, when the write was refused with the promise that nothing was written; null when its outcome is unknown.</returns>
    private static async Task<string?> TryPutAsync(KeyValueSilo silo, string key)
    {
        var result = await silo.Client.PutAsync(key, [1], Cancelled);
        Assert.NotEqual(CallOutcome.Acknowledged, result.Outcome);
        return result.Outcome == CallOutcome.NotWritten ? key : null;
    }

    // A moment is a number of calls, not a time: the log is caught in many states, and a slow machine is only slower.
    private int RandomMoment => _random.Next(200, 3000);

    private void KillAtOnce(params KeyValueSilo[] silos)
    {
        _random.Shuffle(silos);
        Parallel.ForEach(silos, silo => silo.Kill());
    }

    private async Task AssertNothingLostAsync(UniqueWrites writes, IReadOnlyList<KeyValueSilo> survivors, int kills)
    {
        var lost = await writes.FindLostAsync(survivors, Cancelled);
        fixture.Summary.AddKills(kills);
        fixture.Summary.AddWrites(writes.AcknowledgedCount, lost.Count);
        output.WriteLine($"{writes.AcknowledgedCount} writes acknowledged, {lost.Count} lost");
        Assert.True(writes.AcknowledgedCount > 0, "No write was acknowledged: the test has shown nothing.");
        Assert.True(lost.Count == 0, $"{lost.Count} of {writes.AcknowledgedCount} acknowledged writes are lost, among them: {string.Join(", ", lost.Take(10))}");
    }
}
