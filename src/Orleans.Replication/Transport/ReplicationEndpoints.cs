using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Transport;

/// <summary>What an open <see cref="IReplicationTransport"/> offers; see <see cref="RaftNodeOptions"/> for what each part is for.</summary>
/// <param name="Local">This silo.</param>
/// <param name="Voters">All voters, this silo included; or, for a silo that joins, members to ask.</param>
/// <param name="RaftConnections">Opens connections for Raft's own messages.</param>
/// <param name="RaftListener">Accepts them.</param>
/// <param name="GroupConnections">Opens connections for proposals and questions.</param>
/// <param name="GroupListener">Accepts them.</param>
/// <param name="IdentifyPeer">Says who has opened an accepted connection.</param>
/// <param name="AddressesOf">Says where a peer is, in text; nothing for a peer that is unknown.</param>
/// <param name="FormatEndPoint">Writes where a peer is.</param>
/// <param name="ParseEndPoint">Reads it.</param>
/// <param name="Follow">Hears who the peers are now: they are let in, and connections to them are kept.</param>
internal sealed record ReplicationEndpoints(
    RaftPeer Local,
    IReadOnlyList<RaftPeer> Voters,
    IConnectionFactory RaftConnections,
    IConnectionListener RaftListener,
    IConnectionFactory GroupConnections,
    IConnectionListener GroupListener,
    Func<ConnectionContext, string?> IdentifyPeer,
    Func<string, IReadOnlyList<string>> AddressesOf,
    Func<EndPoint, string> FormatEndPoint,
    Func<string, EndPoint> ParseEndPoint,
    Action<IEnumerable<RaftPeer>> Follow);
