using System.CommandLine;

namespace KeyValue.Hosting;

/// <summary>The command line: every option has a default, which together make a single silo that needs nobody.</summary>
internal sealed class SiloCommand : RootCommand
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "The folder of the silo's identity, log and state.",
        DefaultValueFactory = _ => "data",
    };

    private readonly Option<int> _siloPort = new("--silo-port") { Description = "The port for other silos.", DefaultValueFactory = _ => 11111 };
    private readonly Option<int> _gatewayPort = new("--gateway-port") { Description = "The port for Orleans clients.", DefaultValueFactory = _ => 30000 };
    private readonly Option<int> _http = new("--http") { Description = "The port of the HTTP surface.", DefaultValueFactory = _ => 8080 };
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "The multiaddr for the other replicas.",
        DefaultValueFactory = _ => "/ip4/127.0.0.1/tcp/4001",
    };

    private readonly Option<string> _peers = new("--peers")
    {
        Description = "The multiaddrs of all voters with /p2p/<peer id>, this silo's own included, separated by commas; empty for a single silo.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _join = new("--join")
    {
        Description = "For a silo that is to be added to a group, in place of --peers: the multiaddrs of some members with /p2p/<peer id>, separated by commas.",
        DefaultValueFactory = _ => "",
    };

    public SiloCommand(Func<SiloSettings, CancellationToken, Task> run) : base("One silo that serves replicated keys and counters over HTTP.")
    {
        foreach (var option in (Option[])[_data, _siloPort, _gatewayPort, _http, _listen, _peers, _join])
            Options.Add(option);
        SetAction((arguments, cancellationToken) => run(Settings(arguments), cancellationToken));
    }

    private SiloSettings Settings(ParseResult arguments) => new()
    {
        DataDirectory = arguments.GetRequiredValue(_data),
        SiloPort = arguments.GetRequiredValue(_siloPort),
        GatewayPort = arguments.GetRequiredValue(_gatewayPort),
        HttpPort = arguments.GetRequiredValue(_http),
        Listen = arguments.GetRequiredValue(_listen),
        Peers = Split(arguments.GetRequiredValue(_peers)),
        Join = Split(arguments.GetRequiredValue(_join)),
    };

    private static string[] Split(string addresses) => addresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
