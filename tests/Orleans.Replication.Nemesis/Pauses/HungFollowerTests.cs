using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Workloads;

namespace Orleans.Replication.Nemesis.Pauses;

/// <summary>A follower hangs (SIGSTOP) for longer than any message to it may take, and goes on (SAFETY S6).</summary>
public sealed class HungFollowerTests(ITestOutputHelper output)
{
    private const string Quiet = "quiet";
    private const string Hung = "hung";
    private const string Resumed = "resumed";

    /// <summary>More than twice the time-out of a message with log entries.</summary>
    private static readonly TimeSpan HangsFor = TimeSpan.FromSeconds(5);

    private readonly Random _random = new(NemesisSettings.Seed);
    private readonly WriteTimes _times = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_go_on_beside_a_follower_that_hangs_and_none_is_lost()
    {
        output.WriteLine($"NEMESIS_SEED={NemesisSettings.Seed}");
        await using var cluster = await KeyValueCluster.StartAsync(cancellationToken: Cancelled);
        var acknowledged = 0;
        var lost = new List<string>();
        for (var round = 0; round < NemesisSettings.Kills; round++)
        {
            var writes = new UniqueWrites($"hung-{round}", times: _times);
            await HangAsync(cluster, writes);
            await cluster.HealAsync(Cancelled);
            lost.AddRange(await writes.FindLostAsync(cluster.Silos, Cancelled));
            acknowledged += writes.AcknowledgedCount;
        }

        await ReportAsync(acknowledged, lost.Count);
        Assert.True(lost.Count == 0, $"{lost.Count} of {acknowledged} acknowledged writes are lost, among them: {string.Join(", ", lost.Take(10))}");
    }

    private async Task HangAsync(KeyValueCluster cluster, UniqueWrites writes)
    {
        var leader = await cluster.WaitForLeaderAsync(Cancelled);
        var followers = cluster.Silos.Where(silo => silo != leader).ToArray();
        _random.Shuffle(followers);
        var (hung, other) = (followers[0], followers[1]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        _times.Begin(Quiet);

        // Nobody calls the one that hangs: that call would be as long as its caller is patient.
        var load = writes.RunAsync([leader, other], writers: 8, stop.Token);
        await writes.WaitForAsync(1000, Cancelled);

        hung.Pause();
        _times.Begin(Hung);
        var clock = Stopwatch.StartNew();
        await Eventually.HoldsAsync(() => clock.Elapsed > HangsFor, "the end of the hang", Cancelled);

        // That writes go on is what is asserted: these are waited for while it still hangs. How fast is in the report.
        await writes.WaitForAsync(writes.AcknowledgedCount + 100, Cancelled);

        // A write that was stuck beside it until now counts as one of the hang.
        hung.Resume();
        await writes.WaitForAsync(writes.AcknowledgedCount + 100, Cancelled);
        _times.Begin(Resumed);
        await writes.WaitForAsync(writes.AcknowledgedCount + 1000, Cancelled);
        await stop.CancelAsync();
        await load;
    }

    private async Task ReportAsync(int acknowledged, int lost)
    {
        var (quiet, hung, resumed) = (_times.Of(Quiet), _times.Of(Hung), _times.Of(Resumed));
        var json = JsonSerializer.Serialize(new
        {
            drill = "hung follower",
            seed = NemesisSettings.Seed,
            hangs = NemesisSettings.Kills,
            acknowledged,
            lost,
            quietWrites = quiet.Count,
            quietMedianMs = quiet.MedianMs,
            quietLongestMs = quiet.LongestMs,
            hungWrites = hung.Count,
            hungMedianMs = hung.MedianMs,
            hungLongestMs = hung.LongestMs,
            resumedWrites = resumed.Count,
            resumedMedianMs = resumed.MedianMs,
            resumedLongestMs = resumed.LongestMs,
        });
        await Console.Out.WriteLineAsync(json);
        output.WriteLine(json);
    }
}
