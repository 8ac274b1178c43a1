namespace Orleans.Replication.Libp2p;

/// <summary>Who began a connection or a stream.</summary>
public enum ConnectionDirection
{
    /// <summary>The other side.</summary>
    Inbound,

    /// <summary>This side.</summary>
    Outbound,
}
