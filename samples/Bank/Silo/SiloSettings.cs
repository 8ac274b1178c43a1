using System.CommandLine;

namespace Bank.Silo;

/// <summary>What a silo process is told on its command line.</summary>
internal sealed record SiloSettings(string DataDirectory, int SiloPort, int GatewayPort, string Listen, string[] Peers)
{
    /// <summary>The name of the command that makes this program a silo instead of the demonstration.</summary>
    public const string CommandName = "silo";

    /// <summary>The arguments of the process.</summary>
    public string[] ToArguments() =>
        [CommandName, "--data", DataDirectory, "--silo-port", $"{SiloPort}", "--gateway-port", $"{GatewayPort}", "--listen", Listen, "--peers", string.Join(',', Peers)];

    /// <summary>The command that reads them; hidden, since only the demonstration uses it.</summary>
    public static Command ToCommand(Func<SiloSettings, CancellationToken, Task> run)
    {
        var data = new Option<string>("--data") { Required = true };
        var siloPort = new Option<int>("--silo-port") { Required = true };
        var gatewayPort = new Option<int>("--gateway-port") { Required = true };
        var listen = new Option<string>("--listen") { Required = true };
        var peers = new Option<string>("--peers") { Required = true };
        var command = new Command(CommandName) { data, siloPort, gatewayPort, listen, peers };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => run(
            new SiloSettings(
                arguments.GetRequiredValue(data),
                arguments.GetRequiredValue(siloPort),
                arguments.GetRequiredValue(gatewayPort),
                arguments.GetRequiredValue(listen),
                arguments.GetRequiredValue(peers).Split(',')),
            cancellationToken));
        return command;
    }
}
