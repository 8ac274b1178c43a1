namespace KeyValue.Hosting;

/// <summary>Where one silo keeps its data, listens, and finds its peers.</summary>
internal sealed record SiloSettings
{
    /// <summary>The folder of the silo's identity, log and state.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The port at which other silos reach this one.</summary>
    public required int SiloPort { get; init; }

    /// <summary>The port at which Orleans clients reach this silo.</summary>
    public required int GatewayPort { get; init; }

    /// <summary>The port of the HTTP surface.</summary>
    public required int HttpPort { get; init; }

    /// <summary>The multiaddr at which the other replicas reach this one.</summary>
    public required string Listen { get; init; }

    /// <summary>The multiaddrs of all voters, each with its peer id, this silo's own included; empty for a single silo.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>The multiaddrs of members of the group that this silo is to be added to; empty for one that begins it.</summary>
    public required IReadOnlyList<string> Join { get; init; }
}
