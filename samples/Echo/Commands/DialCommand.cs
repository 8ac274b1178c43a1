using System.CommandLine;
using Echo.Checks;
using Orleans.Replication.Libp2p;

namespace Echo.Commands;

/// <summary>Dials a peer that serves the protocols of this sample and runs every check against it.</summary>
internal sealed class DialCommand : Command
{
    private readonly Argument<string> _address = new("multiaddr") { Description = "The peer's address, ending in /p2p/ and its peer id." };
    private readonly HostSettings _settings;

    public DialCommand() : base("dial", "Checks a peer: one JSON line for each check. The exit code is 0 only when all of them passed.")
    {
        Arguments.Add(_address);
        _settings = new HostSettings(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (!Multiaddr.TryParse(arguments.GetRequiredValue(_address), null, out var address) || address.PeerId is null)
        {
            await Console.Error.WriteLineAsync($"'{arguments.GetRequiredValue(_address)}' is no address of a peer, such as /ip4/127.0.0.1/tcp/4001/p2p/12D3…");
            return 2;
        }

        await using var host = new Libp2pHost(_settings.ToOptions(arguments));
        await host.StartAsync(cancellationToken);
        return await new CheckRun(host, address).RunAsync(cancellationToken) ? 0 : 1;
    }
}
