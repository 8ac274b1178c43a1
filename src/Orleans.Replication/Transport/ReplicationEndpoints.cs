using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Transport;

/// <summary>What an open <see cref="IReplicationTransport"/> offers; see <see cref="RaftNodeOptions"/> for what each part is for.</summary>
/// <param name="Local">This silo.</param>
/// <param name="Voters">All voters, this silo included.</param>
/// <param name="RaftConnections">Opens connections for Raft's own messages.</param>
/// <param name="RaftListener">Accepts them.</param>
/// <param name="GroupConnections">Opens connections for proposals and questions.</param>
/// <param name="GroupListener">Accepts them.</param>
/// <param name="IdentifyPeer">Says who has opened an accepted connection.</param>
/// <param name="AddressesOf">Says where a peer is, in text; nothing for a peer that is unknown.</param>
internal sealed record ReplicationEndpoints(
    RaftPeer Local,
    IReadOnlyList<RaftPeer> Voters,
    IConnectionFactory RaftConnections,
    IConnectionListener RaftListener,
    IConnectionFactory GroupConnections,
    IConnectionListener GroupListener,
    Func<ConnectionContext, string?> IdentifyPeer,
    Func<string, IReadOnlyList<string>> AddressesOf);
