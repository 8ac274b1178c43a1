using System.CommandLine;
using Echo.Protocols;
using Orleans.Replication.Libp2p;

namespace Echo.Commands;

/// <summary>Listens on loopback until it is told to end, and serves the protocols of this sample besides ping and identify.</summary>
internal sealed class ListenCommand : Command
{
    private readonly Option<int> _port = new("--port") { Description = "The TCP port; 0 lets the system choose.", DefaultValueFactory = _ => 0 };
    private readonly HostSettings _settings;

    public ListenCommand() : base("listen", "Serves ping, identify, echo, sink, perf and reset to anybody on 127.0.0.1.")
    {
        Options.Add(_port);
        _settings = new HostSettings(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = _settings.ToOptions(arguments);
        options.ListenAddresses.Add(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{arguments.GetRequiredValue(_port)}"));
        await using var host = new Libp2pHost(options);
        host.SetStreamHandler(EchoProtocol.Id, EchoProtocol.ServeAsync);
        host.SetStreamHandler(SinkProtocol.Id, SinkProtocol.ServeAsync);
        host.SetStreamHandler(PerfProtocol.Id, PerfProtocol.ServeAsync);
        host.SetStreamHandler(ResetProtocol.Id, ResetProtocol.ServeAsync);
        await host.StartAsync(cancellationToken);
        EventLine.Write(new
        {
            @event = "listening",
            peerId = host.PeerId.ToString(),
            addrs = host.ListenAddresses.Select(address => address.WithPeerId(host.PeerId).ToString()),
        });
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;
    }
}
