using Bank.Grains;
using Spectre.Console;

namespace Bank.Demonstration;

/// <summary>The demonstration, from the first silo to the audit.</summary>
internal sealed class Play(IAnsiConsole console)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan ActTime = TimeSpan.FromSeconds(6);

    /// <returns>0 when the audit holds, 1 when it does not.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        console.Write(new Rule("[bold]A bank on three silos[/]").LeftJustified());
        console.MarkupLine("Every transfer is one replicated operation. There is no database: each silo keeps its own copy on its own disk.");
        console.WriteLine();

        await using var cluster = BankCluster.Prepare();
        var observers = new Observers(cluster);
        try
        {
            await StartAsync(cluster.Silos, observers, cancellationToken);
            var tellers = new Tellers(await cluster.ConnectAsync(cancellationToken));
            var stage = new Stage(cluster.Silos, tellers);
            var acts = PerformAsync(stage, observers, cancellationToken);
            await new StageView(console).ShowAsync(stage, acts);
            await acts;
            return await AuditAsync(cluster, observers, tellers) ? 0 : 1;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            WriteLogs(cluster.Silos);
            console.WriteException(error);
            return 1;
        }
    }

    private async Task StartAsync(IReadOnlyList<SiloProcess> silos, Observers observers, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        foreach (var silo in silos)
            silo.Start();
        console.WriteLine("Starting three silos, each a process of its own …");
        await Task.WhenAll(silos.Select(silo => observers.ConnectAsync(silo, deadline.Token)));
    }

    private static async Task PerformAsync(Stage stage, Observers observers, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var close = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = observers.WatchAsync(stage, stop.Token);
        try
        {
            stage.Report($"The bank opens: {stage.Tellers.Books.Count} tellers, {Tellers.Branches * Branch.Accounts} accounts");
            var working = stage.Tellers.WorkAsync(close.Token);
            await Task.Delay(ActTime, cancellationToken);

            var victim = stage.Leader ?? throw new InvalidOperationException("No silo leads, so there is no leader to kill.");
            observers.Forget(victim);
            victim.Kill();
            stage.Report($"[bold red]kill -9[/]: {victim.Name} led, and is gone");
            await ReportSuccessionAsync(stage, cancellationToken);
            await Task.Delay(ActTime, cancellationToken);

            victim.Start();
            stage.Report($"{victim.Name} is started again, on the disk as the crash has left it");
            await observers.ConnectAsync(victim, cancellationToken);
            stage.Report($"{victim.Name} is back");
            await Task.Delay(ActTime / 2, cancellationToken);

            await close.CancelAsync();
            await working;
            stage.Report("The bank closes");
        }
        finally
        {
            await stop.CancelAsync();
            await watching;
        }
    }

    private static async Task ReportSuccessionAsync(Stage stage, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var before = stage.Tellers.Acknowledged;
        while (stage.Leader is null || stage.Tellers.Acknowledged == before)
            await timer.WaitForNextTickAsync(cancellationToken);
        stage.Report($"[bold green]{stage.Leader.Name} leads[/], transfers go on");
    }

    private async Task<bool> AuditAsync(BankCluster cluster, Observers observers, Tellers tellers)
    {
        var replicas = await Task.WhenAll(cluster.Silos.Select(observers.ReadAsync));
        var findings = Audit.Compare(replicas[0].Branches, tellers.Books).Append(Audit.ReplicasAreEqual(replicas)).ToArray();
        var holds = findings.All(finding => finding.Holds);

        var table = new Table().Border(TableBorder.Rounded).BorderColor(holds ? Color.Green : Color.Red).Title("[bold]Audit[/]");
        table.AddColumns("", "what must hold", "what was found");
        foreach (var finding in findings)
            table.AddRow(finding.Holds ? "[green]✓[/]" : "[bold red]✗[/]", finding.Question, finding.Evidence);
        table.AddEmptyRow();
        table.AddRow("", "Longest time without a transfer", $"{tellers.LongestPause.TotalMilliseconds:N0} ms, around the leader's death");
        console.WriteLine();
        console.Write(table);
        console.MarkupLine(holds ? "[bold green]The books are in order.[/]" : "[bold red]The books are NOT in order.[/]");
        return holds;
    }

    private void WriteLogs(IReadOnlyList<SiloProcess> silos)
    {
        foreach (var silo in silos.Where(silo => File.Exists(silo.LogFile)))
        {
            console.WriteLine($"── the end of what {silo.Name} wrote ──");
            foreach (var line in File.ReadLines(silo.LogFile).TakeLast(20))
                console.WriteLine(line);
        }
    }
}
