using System.CommandLine;
using Orleans.Replication.Benchmarks.Etcd;
using Orleans.Replication.Benchmarks.Grains;
using Orleans.Replication.Benchmarks.Load;
using Orleans.Replication.Nemesis.Processes;
using Spectre.Console;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary><c>compare</c>: starts the clusters, measures them in alternating rounds, prints a table and, as the last line, one JSON object.</summary>
internal sealed class CompareCommand : Command
{
    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer and shorter rounds." };
    private readonly Option<FileInfo?> _json = new("--json") { Description = "Also write the JSON object to this file." };
    private readonly Option<string> _etcd = new("--etcd") { Description = "The etcd program.", DefaultValueFactory = _ => "etcd" };
    private readonly Option<DirectoryInfo> _work = new("--work")
    {
        Description = "Where the clusters keep their data; emptied first. It should be on a real disk.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "orleans-replication-bench")),
    };

    private readonly Option<int[]> _callers = new("--callers") { Description = "Numbers of concurrent callers.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> _rounds = new("--rounds") { Description = "Rounds per measurement and cluster." };
    private readonly Option<double?> _seconds = new("--seconds") { Description = "Seconds per round." };
    private readonly Option<LoadOperation[]> _operations = new("--operations") { Description = "Put, Get or both.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double?> _warmUp = new("--warm-up") { Description = "Seconds of load on each cluster before the first round." };

    public CompareCommand() : base("compare", "Measures durable puts and linearizable gets of replicated grains and of etcd, side by side.")
    {
        Options.Add(_quick);
        Options.Add(_json);
        Options.Add(_etcd);
        Options.Add(_work);
        Options.Add(_callers);
        Options.Add(_rounds);
        Options.Add(_seconds);
        Options.Add(_warmUp);
        Options.Add(_operations);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var plan = Plan(arguments);
        var work = arguments.GetRequiredValue(_work);
        if (work.Exists)
            work.Delete(recursive: true);

        var fsyncMs = DiskProbe.MedianFsyncMs(work.FullName);
        await Console.Error.WriteLineAsync($"The disk takes {fsyncMs:F2} ms (median) for a 512-byte append with fsync.");
        await using var etcd = await EtcdCluster.StartAsync(arguments.GetRequiredValue(_etcd), Path.Combine(work.FullName, "etcd"), cancellationToken);
        using var etcdTarget = new EtcdTarget(etcd);
        await using var silos = await KeyValueCluster.StartAsync(Path.Combine(work.FullName, "silos"), cancellationToken: cancellationToken);
        var load = new LoadSettings();
        await using var grains = await GrainTarget.ConnectAsync(silos, load.Keys, cancellationToken);

        var measurements = await new ClusterComparison(plan, load, [grains, etcdTarget], Console.Error).RunAsync(cancellationToken);
        ComparisonTable.Write(AnsiConsole.Console, measurements);
        var json = ComparisonJson.Write(plan, fsyncMs, measurements);
        if (arguments.GetValue(_json) is { } file)
            await File.WriteAllTextAsync(file.FullName, json, cancellationToken);
        await Console.Out.WriteLineAsync(json);
        return measurements.All(m => m.Errors == 0) ? 0 : 1;
    }

    private ComparisonPlan Plan(ParseResult arguments)
    {
        var plan = arguments.GetValue(_quick) ? ComparisonPlan.Quick : ComparisonPlan.Full;
        return plan with
        {
            Callers = arguments.GetValue(_callers) is { Length: > 0 } callers ? callers : plan.Callers,
            Operations = arguments.GetValue(_operations) is { Length: > 0 } operations ? operations : plan.Operations,
            Rounds = arguments.GetValue(_rounds) ?? plan.Rounds,
            RoundTime = arguments.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : plan.RoundTime,
            WarmUpTime = arguments.GetValue(_warmUp) is { } warmUp ? TimeSpan.FromSeconds(warmUp) : plan.WarmUpTime,
        };
    }
}
