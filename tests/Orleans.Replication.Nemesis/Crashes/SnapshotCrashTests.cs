using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Snapshots;
using Orleans.Replication.Nemesis.Workloads;

namespace Orleans.Replication.Nemesis.Crashes;

/// <summary>SAFETY S3 with processes: of five silos, one that lost its disk takes a snapshot under load, and then the two that have the most are killed.</summary>
public sealed class SnapshotCrashTests(ITestOutputHelper output)
{
    private readonly Random _random = new(NemesisSettings.Seed);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_with_the_two_best_of_five_while_a_third_takes_a_snapshot()
    {
        output.WriteLine($"NEMESIS_SEED={NemesisSettings.Seed}");
        var clock = Stopwatch.StartNew();
        await using var cluster = await KeyValueCluster.StartAsync(silos: 5, cancellationToken: Cancelled);
        var (acknowledged, snapshots) = (0, 0);
        var lost = new List<string>();
        for (var trial = 0; trial < NemesisSettings.Kills; trial++)
        {
            await cluster.HealAsync(Cancelled);
            var writes = new UniqueWrites($"snapshot-{trial}");
            var (killed, wiped) = await LoseTheBestAsync(cluster, writes);
            var survivors = cluster.Silos.Except(killed).ToArray();
            snapshots += cluster.DiskOf(wiped).HasSnapshot ? 1 : 0;
            lost.AddRange(await writes.FindLostAsync(survivors, Cancelled));
            acknowledged += writes.AcknowledgedCount;
        }

        var json = JsonSerializer.Serialize(new
        {
            drill = "snapshot and two of five",
            seed = NemesisSettings.Seed,
            trials = NemesisSettings.Kills,
            snapshots,
            kills = 3 * NemesisSettings.Kills,
            acknowledged,
            lost = lost.Count,
            seconds = Math.Round(clock.Elapsed.TotalSeconds),
        });
        await Console.Out.WriteLineAsync(json);
        output.WriteLine(json);
        Assert.True(lost.Count == 0, $"{lost.Count} of {acknowledged} acknowledged writes are lost, among them: {string.Join(", ", lost.Take(10))}");
        Assert.Equal(NemesisSettings.Kills, snapshots);
    }

    /// <returns>Who was killed, and who had lost its disk before.</returns>
    private async Task<(KeyValueSilo[] Killed, KeyValueSilo Wiped)> LoseTheBestAsync(KeyValueCluster cluster, UniqueWrites writes)
    {
        var leader = await cluster.WaitForLeaderAsync(Cancelled);
        await cluster.ForgetLogAsync(leader, Cancelled);
        var followers = cluster.Silos.Where(silo => silo != leader).ToArray();
        _random.Shuffle(followers);
        var (wiped, others) = (followers[0], followers[1..]);
        wiped.Kill();
        cluster.DiskOf(wiped).Wipe();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var load = writes.RunAsync([leader, .. others], writers: 16, stop.Token);
        await writes.WaitForAsync(500, Cancelled);
        await wiped.StartAsync();

        // Before that it has no vote, and the two that are left with it would be no majority (SAFETY 12).
        await Eventually.HoldsAsync(
            async token => await wiped.Client.GetStatusAsync(token) is { Role: "follower" }, $"{wiped} to have taken the snapshot and to vote again", Cancelled);
        var best = await FindBestAsync(others);
        Parallel.ForEach((KeyValueSilo[])[leader, best], silo => silo.Kill());
        await stop.CancelAsync();
        await load;
        return ([leader, best], wiped);
    }

    private static async Task<KeyValueSilo> FindBestAsync(KeyValueSilo[] silos)
    {
        var statuses = await Task.WhenAll(silos.Select(silo => silo.Client.GetStatusAsync(Cancelled)));
        return silos.Zip(statuses).MaxBy(pair => pair.Second?.CommitIndex ?? 0).First;
    }
}
