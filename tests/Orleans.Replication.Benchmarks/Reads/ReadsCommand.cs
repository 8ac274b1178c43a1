using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Benchmarks.Load;
using Orleans.Replication.Benchmarks.Silos;
using Spectre.Console;

namespace Orleans.Replication.Benchmarks.Reads;

/// <summary>
/// <c>reads</c>: what one call costs that reads a replicated grain, beside calls of an ordinary grain and of a stateless worker, one call after the other, in alternating
/// rounds on the same three silos; the last line is one JSON object.
/// </summary>
internal sealed class ReadsCommand : Command
{
    private readonly Option<DirectoryInfo> _work = new("--work")
    {
        Description = "Where the silos keep their data; emptied first.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "orleans-replication-bench")),
    };

    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds of each kind of call.", DefaultValueFactory = _ => 11 };
    private readonly Option<int> _calls = new("--calls") { Description = "Calls in a round.", DefaultValueFactory = _ => 2000 };
    private readonly Option<FileInfo?> _json = new("--json") { Description = "A file for the JSON object; it is printed as well." };

    public ReadsCommand() : base("reads", "Measures reads of a replicated grain beside calls of ordinary grains.")
    {
        foreach (var option in (Option[])[_work, _rounds, _calls, _json])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var work = arguments.GetRequiredValue(_work);
        if (work.Exists)
            work.Delete(recursive: true);
        await using var silos = await ThreeLocalSilos.StartAsync(work.FullName, cancellationToken);
        var leader = silos.FindLeader();
        var cases = await ReadCases.CreateAsync(silos, leader);
        var calls = arguments.GetValue(_calls);
        foreach (var one in cases)
            await MeasureAsync(one, calls);

        var rounds = arguments.GetValue(_rounds);
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < cases.Count; turn++)
            {
                var one = cases[(turn + round) % cases.Count];
                one.Rounds.Add(await MeasureAsync(one, calls));
            }

            await Console.Error.WriteLineAsync($"round {round + 1} of {rounds}");
        }

        if (silos.FindLeader() != leader)
            throw new InvalidOperationException("Another silo leads than at the beginning: the rounds have measured different things. Run it again.");
        await WriteAsync(cases, arguments.GetValue(_json), cancellationToken);
        return 0;
    }

    private static async Task<double> MeasureAsync(ReadCase one, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            await one.Call();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    private static async Task WriteAsync(IReadOnlyList<ReadCase> cases, FileInfo? file, CancellationToken cancellationToken)
    {
        var ordinary = cases.Single(one => one.Name == ReadCases.Baseline).Rounds.Median();
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["call", "µs", "min", "max", "over ordinary"])
            table.AddColumn(new TableColumn(column) { Alignment = column == "call" ? Justify.Left : Justify.Right, NoWrap = true });
        foreach (var one in cases)
        {
            table.AddRow(
                Markup.Escape(one.Name), $"{one.Rounds.Median():F1}", $"{one.Rounds.Min():F1}", $"{one.Rounds.Max():F1}", $"{one.Rounds.Median() / ordinary:F2}");
        }

        // Into a file or a pipe a console is 80 columns wide, and would fold the figures.
        if (!AnsiConsole.Profile.Out.IsTerminal)
            AnsiConsole.Profile.Width = 160;
        AnsiConsole.Write(table);
        var json = JsonSerializer.Serialize(
            cases.Select(one => new { call = one.Name, microseconds = one.Rounds.Median(), min = one.Rounds.Min(), max = one.Rounds.Max() }), JsonSerializerOptions.Web);
        if (file is not null)
            await File.WriteAllTextAsync(file.FullName, json + Environment.NewLine, cancellationToken);
        await Console.Out.WriteLineAsync(json);
    }
}
