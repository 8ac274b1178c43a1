using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Replication.Benchmarks.Comparison;
using Orleans.Replication.Benchmarks.Load;
using Spectre.Console;

namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary><c>clustering</c>: what starts, restarts and a lost silo take with the membership table in the Raft group and in PostgreSQL, in alternating rounds.</summary>
internal sealed class ClusteringCommand : Command
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    private static readonly (string Name, Func<ClusteringRound, double> Of)[] Figures =
    [
        ("coldStart", round => round.ColdStart),
        ("rollingRestart", round => round.RollingRestart),
        ("longestCall", round => round.LongestCall),
        ("declaredDead", round => round.DeclaredDead),
        ("callsAgain", round => round.CallsAgain),
    ];

    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds of each.", DefaultValueFactory = _ => 3 };
    private readonly Option<FileInfo?> _json = new("--json") { Description = "Also write the JSON object to this file." };
    private readonly Option<string> _postgres = new("--postgres-programs")
    {
        Description = "Where PostgreSQL's initdb and postgres are.",
        DefaultValueFactory = _ => "/usr/lib/postgresql/15/bin",
    };

    private readonly Option<DirectoryInfo> _work = new("--work")
    {
        Description = "Where data and logs are kept; emptied first. It should be on a real disk.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "orleans-replication-clustering")),
    };

    public ClusteringCommand() : base("clustering", "Measures starts, restarts and a lost silo with Raft and with PostgreSQL clustering, side by side.")
    {
        foreach (var option in (Option[])[_rounds, _json, _postgres, _work])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var work = arguments.GetRequiredValue(_work);
        if (work.Exists)
            work.Delete(recursive: true);
        var fsyncMs = DiskProbe.MedianFsyncMs(work.FullName);
        await using var postgres = await PostgresServer.StartAsync(
            arguments.GetRequiredValue(_postgres), Path.Combine(work.FullName, "postgres"), cancellationToken);

        var rounds = new List<ClusteringRound>();
        for (var i = 0; i < arguments.GetRequiredValue(_rounds); i++)
        {
            // Who goes first changes with the round.
            var kinds = Enum.GetValues<ClusteringKind>();
            foreach (var kind in i % 2 == 0 ? kinds : [.. kinds.Reverse()])
            {
                await using var life = await ClusteringLife.PrepareAsync(kind, Path.Combine(work.FullName, $"{kind}{i}"), postgres, cancellationToken);
                rounds.Add(await life.RunAsync(cancellationToken));
                await Console.Error.WriteLineAsync($"round {i + 1} {kind,-10} {string.Join("  ", Figures.Select(figure => $"{figure.Name} {figure.Of(rounds[^1]):F2} s"))}");
            }
        }

        WriteTable(rounds);
        var json = Json(rounds, fsyncMs);
        if (arguments.GetValue(_json) is { } file)
            await File.WriteAllTextAsync(file.FullName, json, cancellationToken);
        await Console.Out.WriteLineAsync(json);
        return 0;
    }

    private static void WriteTable(List<ClusteringRound> rounds)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("clustering");
        foreach (var (name, _) in Figures)
            table.AddColumn(new TableColumn($"{name} s") { Alignment = Justify.Right });
        foreach (var kind in rounds.GroupBy(round => round.Kind))
            table.AddRow([$"{kind.Key}", .. Figures.Select(figure => $"{kind.Select(figure.Of).Median():F2}")]);
        // Into a file or a pipe a console is 80 columns wide, and would fold the names.
        if (!AnsiConsole.Profile.Out.IsTerminal)
            AnsiConsole.Profile.Width = 160;
        AnsiConsole.Write(table);
    }

    private static string Json(List<ClusteringRound> rounds, double fsyncMs) => JsonSerializer.Serialize(
        new
        {
            machine = new { cores = Environment.ProcessorCount, os = RuntimeInformation.OSDescription, dotnet = Environment.Version.ToString(), fsyncMs },
            unit = "seconds",
            medians = rounds.GroupBy(round => round.Kind).ToDictionary(
                kind => $"{kind.Key}", kind => Figures.ToDictionary(figure => figure.Name, figure => kind.Select(figure.Of).Median())),
            rounds = rounds.Select(round => new { kind = $"{round.Kind}", round.ColdStart, round.RollingRestart, round.LongestCall, round.DeclaredDead, round.CallsAgain }),
        },
        Format);
}
