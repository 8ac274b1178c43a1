using Spectre.Console;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary>The measurements as a table for people: medians, and the first cluster's rate over each other's.</summary>
internal static class ComparisonTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<Measurement> measurements)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["operation", "callers", "cluster", "ops/s", "p50 ms", "p99 ms", "max ms", "errors", "server µs/op", "client µs/op", "ratio"])
            table.AddColumn(new TableColumn(column) { Alignment = column is "operation" or "cluster" ? Justify.Left : Justify.Right, NoWrap = true });
        foreach (var group in measurements.GroupBy(m => (m.Operation, m.Callers)))
        {
            var first = group.First();
            foreach (var m in group)
            {
                table.AddRow(
                    m.Operation.ToString().ToLowerInvariant(),
                    $"{m.Callers}",
                    m.Target,
                    $"{m.OpsPerSecond:F0}",
                    $"{m.P50Ms:F2}",
                    $"{m.P99Ms:F2}",
                    $"{m.MaxMs:F0}",
                    $"{m.Errors}",
                    $"{m.ServerCpuMicrosecondsPerOp:F0}",
                    $"{m.ClientCpuMicrosecondsPerOp:F0}",
                    m == first ? "" : $"{first.OpsPerSecond / m.OpsPerSecond:F2}");
            }
        }

        // Into a file or a pipe a console is 80 columns wide, and would fold the figures.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 160;
        console.Write(table);
    }
}
