using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft;

/// <summary>What a <see cref="RaftNode"/> needs to know about itself and its transport.</summary>
public sealed class RaftNodeOptions
{
    /// <summary>The cluster's name: 1 to 128 characters. A message of another cluster is refused (SAFETY 13).</summary>
    public required string ClusterId { get; init; }

    /// <summary>This member. Its id must be the one that the transport proves to others.</summary>
    public required RaftPeer Local { get; init; }

    /// <summary>The folder of all groups; made when it is missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Opens connections that carry Raft's own messages. A peer known to be unreachable should be refused at once.</summary>
    public required IConnectionFactory RaftConnections { get; init; }

    /// <summary>Accepts connections that carry Raft's own messages. Disposed by the node.</summary>
    public required IConnectionListener RaftListener { get; init; }

    /// <summary>Opens connections that carry proposals, read indexes and status questions.</summary>
    public required IConnectionFactory GroupConnections { get; init; }

    /// <summary>Accepts connections that carry proposals, read indexes and status questions. Disposed by the node.</summary>
    public required IConnectionListener GroupListener { get; init; }

    /// <summary>
    /// Says which peer is at the other end of an accepted connection, as the transport has proven it; null when it has not, and the connection is
    /// refused.
    /// </summary>
    public required Func<ConnectionContext, string?> IdentifyPeer { get; init; }

    /// <summary>
    /// Writes a member's end point as the group's log keeps it. The default knows <see cref="IPEndPoint"/> and <see cref="DnsEndPoint"/>. Must be the same on all members.
    /// </summary>
    public Func<EndPoint, string> FormatEndPoint { get; init; } = EndPointText.Format;

    /// <summary>Reads what <see cref="FormatEndPoint"/> writes; throws <see cref="FormatException"/> for anything else.</summary>
    public Func<string, EndPoint> ParseEndPoint { get; init; } = EndPointText.Parse;
}
