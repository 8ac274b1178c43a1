using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Joining;

/// <summary>What both ends of the join protocol share: the one door for silos that are no members yet.</summary>
internal static class JoinProtocol
{
    /// <summary>The version that a request names.</summary>
    public const uint Version = 1;

    /// <summary>How large a request may be: a token, some names, some addresses.</summary>
    public const int MaxRequestBytes = 16 << 10;

    /// <summary>How large a reply may be.</summary>
    public const int MaxReplyBytes = 4 << 10;

    /// <summary>How many groups may be named.</summary>
    public const int MaxGroups = 64;

    /// <summary>How many addresses may be named.</summary>
    public const int MaxAddresses = 8;

    /// <summary>How long one request may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The protocol's id.</summary>
    public static readonly ProtocolId Id = new("/orleans-replication/join/1.0.0");
}
