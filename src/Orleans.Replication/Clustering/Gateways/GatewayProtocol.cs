using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Clustering.Gateways;

/// <summary>What both ends of the gateway protocol share. It only reads: silos may serve it to strangers.</summary>
internal static class GatewayProtocol
{
    /// <summary>A cluster id has at most 1,024 characters.</summary>
    public const int MaxRequestBytes = 8 << 10;

    /// <summary>Some thousand silos.</summary>
    public const int MaxReplyBytes = 256 << 10;

    public static readonly ProtocolId Id = new("/orleans-replication/gateways/1.0.0");
}
