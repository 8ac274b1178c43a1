using System.CommandLine;
using Orleans.Replication.Libp2p;

namespace Echo.Commands;

/// <summary>What both commands can be told about their host.</summary>
internal sealed class HostSettings
{
    private const int MaxStreamsPerConnection = 1_000;

    private readonly Option<string> _security = new("--security")
    {
        Description = "What to secure connections with. 'both': Noise is preferred.",
        DefaultValueFactory = _ => "both",
    };

    private readonly Option<bool> _noEarlyMuxer = new("--no-early-muxer")
    {
        Description = "Agree on the multiplexer by multistream-select instead of within the handshake.",
    };

    /// <summary>Adds the options to a command.</summary>
    public HostSettings(Command command)
    {
        _security.AcceptOnlyFromAmong("noise", "tls", "both");
        command.Options.Add(_security);
        command.Options.Add(_noEarlyMuxer);
    }

    /// <summary>The options of the host. It serves whoever comes: interoperability tools open many connections and streams from one address.</summary>
    public Libp2pOptions ToOptions(ParseResult arguments) => new()
    {
        Security = arguments.GetRequiredValue(_security) switch
        {
            "noise" => [SecurityProtocol.Noise],
            "tls" => [SecurityProtocol.Tls],
            _ => [SecurityProtocol.Noise, SecurityProtocol.Tls],
        },
        EarlyMuxerNegotiation = !arguments.GetValue(_noEarlyMuxer),
        AgentVersion = "orleans-replication-echo/1.0.0",
        Limits =
        {
            MaxConnections = 1_000,
            MaxConnectionsPerPeer = 100,
            MaxPendingHandshakes = 1_000,
            MaxInboundStreamsPerConnection = MaxStreamsPerConnection,
            MaxInboundStreamsPerProtocol = 100 * MaxStreamsPerConnection,
            MaxBufferedBytesPerConnection = 2L * MaxStreamsPerConnection * YamuxOptions.ProtocolWindowBytes,
        },
    };
}
