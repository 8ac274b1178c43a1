using System.CommandLine;
using Microsoft.Extensions.Hosting;

namespace Orleans.Replication.Benchmarks.Silos;

/// <summary><c>serve-silo</c>: one silo of a measurement, until it is asked to stop.</summary>
internal sealed class ServeSiloCommand : Command
{
    private readonly Option<string> _data = new("--data") { Required = true };
    private readonly Option<int> _silo = new("--silo-port") { Required = true };
    private readonly Option<int> _gateway = new("--gateway-port") { Required = true };
    private readonly Option<string[]> _peers = new("--peers") { Required = true, AllowMultipleArgumentsPerToken = true };

    public ServeSiloCommand() : base("serve-silo", "One silo of a measurement.")
    {
        Hidden = true;
        foreach (var option in (Option[])[_data, _silo, _gateway, _peers])
            Options.Add(option);
        SetAction(RunAsync);
    }

    /// <summary>What it takes to start a silo in a process of its own.</summary>
    public static IEnumerable<string> ArgumentsFor(BenchSilo silo) =>
        ["serve-silo", "--data", silo.Folder, "--silo-port", $"{silo.SiloPort}", "--gateway-port", $"{silo.GatewayPort}", "--peers", .. silo.Peers];

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var host = new BenchSilo(
            arguments.GetRequiredValue(_data), arguments.GetValue(_silo), arguments.GetValue(_gateway), arguments.GetRequiredValue(_peers)).Build();
        await host.RunAsync(cancellationToken);
        return 0;
    }
}
