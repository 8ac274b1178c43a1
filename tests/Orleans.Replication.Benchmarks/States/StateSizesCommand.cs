using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Orleans.Replication.Benchmarks.Load;
using Orleans.Replication.Benchmarks.Silos;

namespace Orleans.Replication.Benchmarks.States;

/// <summary>
/// <c>state-sizes</c>: what a small operation costs on a small state and on a large one, in alternating rounds on the same three silos, as a grain on one of them sees it; the last line is one JSON object.
/// </summary>
internal sealed class StateSizesCommand : Command
{
    private static readonly int[] Sizes = [1 << 10, 64 << 10, 1 << 20];

    private readonly Option<DirectoryInfo> _work = new("--work")
    {
        Description = "Where the silos keep their data; emptied first. It should be on a real disk.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "orleans-replication-bench")),
    };

    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds per size.", DefaultValueFactory = _ => 7 };
    private readonly Option<int> _calls = new("--calls") { Description = "Operations per round.", DefaultValueFactory = _ => 200 };

    public StateSizesCommand() : base("state-sizes", "Measures a small operation on states of 1 KiB, 64 KiB and 1 MiB.")
    {
        foreach (var option in (Option[])[_work, _rounds, _calls])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var work = arguments.GetRequiredValue(_work);
        if (work.Exists)
            work.Delete(recursive: true);
        await using var silos = await SiloBesideTwo.StartAsync(work.FullName, cancellationToken);
        var grains = Sizes.Select(size => silos.Grains.GetGrain<IPaddedGrain>($"{size}")).ToArray();
        var rounds = Sizes.Select(_ => new List<double>()).ToArray();
        for (var i = 0; i < Sizes.Length; i++)
        {
            await grains[i].Fill(Sizes[i]);
            await MeasureAsync(grains[i], arguments.GetValue(_calls));
        }

        for (var round = 0; round < arguments.GetValue(_rounds); round++)
        {
            for (var turn = 0; turn < Sizes.Length; turn++)
            {
                var i = (turn + round) % Sizes.Length;
                rounds[i].Add(await MeasureAsync(grains[i], arguments.GetValue(_calls)));
                await Console.Error.WriteLineAsync($"round {round + 1}: {Sizes[i],8} bytes  p50 {rounds[i][^1]:F3} ms");
            }
        }

        var medians = rounds.Select(round => round.Median()).ToArray();
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(
            Sizes.Select((size, i) => new { bytes = size, p50Ms = medians[i], overSmallest = medians[i] / medians[0] }), JsonSerializerOptions.Web));
        return 0;
    }

    private static async Task<double> MeasureAsync(IPaddedGrain grain, int calls)
    {
        var latencies = new LatencyHistogram();
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await grain.Bump();
            latencies.Record(Stopwatch.GetElapsedTime(start));
        }

        return latencies.Percentile(0.5);
    }
}
