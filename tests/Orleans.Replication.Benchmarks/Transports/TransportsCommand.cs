using System.CommandLine;
using Spectre.Console;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>
/// <c>transports</c>: the libp2p host beside plain sockets, SslStream and js-libp2p, between two processes on loopback, in alternating rounds of one run. Prints
/// tables and, as the last line, one JSON object.
/// </summary>
internal sealed class TransportsCommand : Command
{
    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer and shorter rounds." };
    private readonly Option<FileInfo?> _json = new("--json") { Description = "Also write the JSON object to this file." };
    private readonly Option<int?> _rounds = new("--rounds") { Description = "Rounds per measurement and transport; 0 measures the long transfer alone." };
    private readonly Option<long?> _upload = new("--upload") { Description = "Bytes sent one way per round." };
    private readonly Option<double?> _seconds = new("--seconds") { Description = "Seconds of round trips per round." };
    private readonly Option<int[]> _lanes = new("--lanes") { Description = "Numbers of streams or connections with a round trip under way.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<long?> _bytes = new("--bytes") { Description = "Also send so many bytes in one transfer and look at the memory of both processes meanwhile." };
    private readonly Option<TransportKind[]> _transports = new("--transports") { Description = "Which to measure; SslStream, the yardstick, always is.", AllowMultipleArgumentsPerToken = true };

    public TransportsCommand() : base("transports", "Measures the libp2p host beside sockets, SslStream and js-libp2p.")
    {
        foreach (var option in (Option[])[_quick, _json, _rounds, _upload, _seconds, _lanes, _bytes, _transports])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var plan = Plan(arguments);
        var transports = await TransportsAsync(arguments);
        await using var server = await TransportServer.StartAsync(cancellationToken);
        await using var client = new TransportClient(server.Addresses);
        var withJs = transports.Contains(TransportKind.JsLibp2p);
        await using var jsDialler = withJs ? await JsNode.StartAsync(JsNode.FindFolder()!, cancellationToken) : null;
        await using var jsListener = withJs ? await JsNode.StartAsync(JsNode.FindFolder()!, cancellationToken) : null;

        var upload = new UploadTest(plan, server, client, jsDialler, jsListener);
        var comparison = new TransportComparison(plan, upload, new RoundTripTest(plan, server, client), transports, Console.Error);
        var measurements = plan.Rounds > 0 ? await comparison.RunAsync(cancellationToken) : new TransportMeasurements([], []);
        var transfers = new List<LongTransferResult>();
        if (arguments.GetValue(_bytes) is { } bytes)
        {
            foreach (var transport in transports.Where(transport => transport is TransportKind.Noise or TransportKind.Tls))
                transfers.Add(await new LongTransfer(server, client, Console.Error).RunAsync(transport, bytes, cancellationToken));
        }

        TransportTables.Write(AnsiConsole.Console, measurements, transfers);
        var json = TransportJson.Write(plan, measurements, transfers);
        if (arguments.GetValue(_json) is { } file)
            await File.WriteAllTextAsync(file.FullName, json, cancellationToken);
        await Console.Out.WriteLineAsync(json);
        return 0;
    }

    private TransportPlan Plan(ParseResult arguments)
    {
        var plan = arguments.GetValue(_quick) ? TransportPlan.Quick : TransportPlan.Full;
        return plan with
        {
            Rounds = arguments.GetValue(_rounds) ?? plan.Rounds,
            UploadBytes = arguments.GetValue(_upload) ?? plan.UploadBytes,
            RoundTripTime = arguments.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : plan.RoundTripTime,
            Lanes = arguments.GetValue(_lanes) is { Length: > 0 } lanes ? lanes : plan.Lanes,
        };
    }

    private async Task<IReadOnlyList<TransportKind>> TransportsAsync(ParseResult arguments)
    {
        var asked = arguments.GetValue(_transports) is { Length: > 0 } chosen ? chosen : Enum.GetValues<TransportKind>();
        var transports = asked.Append(TransportKind.SslStream).Distinct().Order().ToList();
        if (transports.Contains(TransportKind.JsLibp2p) && JsNode.FindFolder() is null)
        {
            await Console.Error.WriteLineAsync("js-libp2p is not measured: its packages are not installed (npm ci --prefix tests/Orleans.Replication.Libp2p.Tests/Interop/js).");
            transports.Remove(TransportKind.JsLibp2p);
        }

        return transports;
    }
}
