using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Benchmarks.Grains;
using Orleans.Replication.Benchmarks.Load;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Recovery;

/// <summary>
/// <c>recovery</c>: a silo with a large state loses its disk. How long until it is equal again, and what the others' writes cost meanwhile, beside what they cost before. The last
/// line is one JSON object.
/// </summary>
internal sealed class RecoveryCommand : Command
{
    private const int ValueBytes = 64 << 10;
    private const int Callers = 16;

    private readonly Option<DirectoryInfo> _work = new("--work")
    {
        Description = "Where the silos keep their data; emptied first. It should be on a real disk.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "orleans-replication-bench")),
    };

    private readonly Option<int> _megabytes = new("--megabytes") { Description = "The size of the state.", DefaultValueFactory = _ => 500 };
    private readonly Option<int> _seconds = new("--seconds") { Description = "Seconds of steady load before.", DefaultValueFactory = _ => 20 };

    public RecoveryCommand() : base("recovery", "Measures how a silo that lost its disk gets a large state back, and the writes meanwhile.")
    {
        foreach (var option in (Option[])[_work, _megabytes, _seconds])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var work = arguments.GetRequiredValue(_work);
        if (work.Exists)
            work.Delete(recursive: true);
        await using var cluster = await KeyValueCluster.StartAsync(work.FullName, cancellationToken: cancellationToken);
        var megabytes = arguments.GetValue(_megabytes);
        var leader = await cluster.WaitForLeaderAsync(cancellationToken);
        var wiped = cluster.Silos.First(silo => silo != leader);
        var gateways = cluster.Silos.Select((silo, i) => (silo, Port: cluster.GatewayPorts[i])).Where(gateway => gateway.silo != wiped).Select(gateway => gateway.Port).ToArray();
        await FillAsync(cluster, leader, megabytes, cancellationToken);

        var load = new LoadSettings();
        await using var grains = await GrainTarget.ConnectAsync(cluster, load.Keys, cancellationToken, gateways);
        var loop = new ClosedLoop(grains, load);
        await loop.FillAsync(cancellationToken);
        await loop.RunAsync(LoadOperation.Put, Callers, TimeSpan.FromSeconds(10), cancellationToken);
        var steady = await loop.RunAsync(LoadOperation.Put, Callers, TimeSpan.FromSeconds(arguments.GetValue(_seconds)), cancellationToken);
        await Console.Error.WriteLineAsync($"steady: {steady.OpsPerSecond:F0}/s, p50 {steady.P50Ms:F2} ms, p99 {steady.P99Ms:F2} ms, max {steady.MaxMs:F0} ms");

        wiped.Kill();
        Directory.Delete(Path.Combine(work.FullName, wiped.Name, "groups"), recursive: true);
        var rounds = new List<LoadRound>();
        var began = Stopwatch.GetTimestamp();
        await wiped.StartAsync();
        var equal = WaitUntilEqualAsync(wiped, leader, cancellationToken);
        do
            rounds.Add(await loop.RunAsync(LoadOperation.Put, Callers, TimeSpan.FromSeconds(2), cancellationToken));
        while (!equal.IsCompleted);
        var seconds = Stopwatch.GetElapsedTime(began, await equal).TotalSeconds;

        var all = new LatencyHistogram();
        rounds.ForEach(round => all.Add(round.Latencies));
        var (p99, worst) = (all.Percentile(0.99), rounds.Max(round => round.P99Ms));
        await Console.Error.WriteLineAsync(
            $"{megabytes} MB equal again after {seconds:F1} s; meanwhile {rounds.Select(round => round.OpsPerSecond).Median():F0}/s, p99 {p99:F2} ms, "
            + $"worst p99 of 2 s {worst:F2} ms, median {rounds.Select(round => round.P99Ms).Median():F2} ms, max {rounds.Max(round => round.MaxMs):F0} ms, {rounds.Sum(round => round.Errors)} errors");
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(
            new
            {
                megabytes,
                equalAfterSeconds = seconds,
                steadyP99Ms = steady.P99Ms,
                medianP99Ms = rounds.Select(round => round.P99Ms).Median(),
                worstP99Ms = worst,
                p99Ms = p99,
                p99OverSteady = p99 / steady.P99Ms,
                steadyPerSecond = steady.OpsPerSecond,
                meanwhilePerSecond = rounds.Select(round => round.OpsPerSecond).Median(),
                maxMs = rounds.Max(round => round.MaxMs),
                errors = rounds.Sum(round => round.Errors),
            },
            JsonSerializerOptions.Web));
        return 0;
    }

    private static async Task FillAsync(KeyValueCluster cluster, KeyValueSilo leader, int megabytes, CancellationToken cancellationToken)
    {
        var values = megabytes * (1_000_000L / ValueBytes + 1);
        await Console.Error.WriteLineAsync($"Writing {values} values of {ValueBytes} bytes on {cluster.Silos.Count} silos …");
        await Parallel.ForEachAsync(Enumerable.Range(0, (int)values), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var value = new byte[ValueBytes];
            new Random(i).NextBytes(value);
            CallResult<byte[]> result;
            do
                result = await leader.Client.PutAsync($"large-{i}", value, token);
            while (result.Outcome != CallOutcome.Acknowledged);
        });
    }

    /// <returns>The moment at which the silo was seen to be a follower that has applied all that the leader had committed when it was asked just before.</returns>
    private static async Task<long> WaitUntilEqualAsync(KeyValueSilo wiped, KeyValueSilo leader, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var committed = await leader.Client.GetStatusAsync(cancellationToken);
            var status = await wiped.Client.GetStatusAsync(cancellationToken);
            if (committed is not null && status is { Role: "follower" } && status.AppliedIndex >= committed.CommitIndex)
                return Stopwatch.GetTimestamp();
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
