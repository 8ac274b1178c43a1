using Bank.Grains;
using Spectre.Console;

namespace Bank.Demonstration;

/// <summary>Shows the stage while the play goes on: a table that changes in place on a terminal, a line each second elsewhere.</summary>
internal sealed class StageView(IAnsiConsole console)
{
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineTime = TimeSpan.FromSeconds(1);

    private int _acknowledgedBefore;
    private int _eventsWritten;

    /// <summary>Shows the stage until the play is over.</summary>
    public Task ShowAsync(Stage stage, Task play) => console.Profile.Capabilities.Interactive
        ? console.Live(Render(stage)).StartAsync(async live =>
        {
            while (!play.IsCompleted)
            {
                await Task.WhenAny(play, Task.Delay(FrameTime));
                live.UpdateTarget(Render(stage));
            }
        })
        : WriteLinesAsync(stage, play);

    private static Rows Render(Stage stage)
    {
        var silos = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        silos.AddColumns("silo", "process", "role", "term");
        silos.AddColumn(new TableColumn("applied").RightAligned());
        foreach (var silo in stage.Silos)
            silos.AddRow([.. Cells(silo, stage.StatusOf(silo)).Select(cell => new Markup(cell))]);

        var tellers = stage.Tellers;
        var counts = new Markup(
            $"[bold green]{tellers.Acknowledged,8:N0}[/] transfers acknowledged   "
            + $"[grey]{tellers.Declined:N0} declined   {tellers.Repeated:N0} given again   {tellers.Unknown:N0} unknown   {stage.Elapsed.TotalSeconds:F0} s[/]");
        return new Rows([silos, counts, Text.Empty, .. stage.Events.Select(e => new Markup(Line(e)))]);
    }

    private static IEnumerable<string> Cells(SiloProcess silo, ReplicaStatus? status) => (silo.IsRunning, status) switch
    {
        (false, _) => [silo.Name, "[red]killed[/]", "", "", ""],
        (true, null) => [silo.Name, $"{silo.ProcessId}", "[yellow]starting[/]", "", ""],
        (true, { } s) => [silo.Name, $"{silo.ProcessId}", s.IsLeader ? "[bold green]leader[/]" : s.Role.ToLowerInvariant(), $"{s.Term}", $"{s.AppliedIndex:N0}"],
    };

    private async Task WriteLinesAsync(Stage stage, Task play)
    {
        while (!play.IsCompleted)
        {
            await Task.WhenAny(play, Task.Delay(LineTime));
            foreach (var e in stage.Events.Skip(_eventsWritten))
                console.MarkupLine(Line(e));
            _eventsWritten = stage.Events.Count;

            var tellers = stage.Tellers;
            console.WriteLine(
                $"{stage.Elapsed.TotalSeconds,5:F0} s  {tellers.Acknowledged - _acknowledgedBefore,6:N0} transfers/s, {tellers.Acknowledged:N0} acknowledged, "
                + $"{tellers.Unknown:N0} unknown, leader {stage.Leader?.Name ?? "none"}");
            _acknowledgedBefore = tellers.Acknowledged;
        }
    }

    private static string Line((TimeSpan Time, string Text) happened) => $"[grey]{happened.Time.TotalSeconds,5:F1} s[/]  {happened.Text}";
}
