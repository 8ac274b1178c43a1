using Orleans.Replication.Raft;

namespace Orleans.Replication;

/// <summary>
/// This silo's part in replication: who it is to its peers, and its replicas. A singleton of the silo; it serves from before the silo joins its
/// cluster until after it has left.
/// </summary>
public interface IReplicationHost
{
    /// <summary>This silo's libp2p peer id, in text: the identity kept in <c>identity.key</c>.</summary>
    /// <exception cref="ReplicationUnavailableException">The host has not started yet.</exception>
    string PeerId { get; }

    /// <summary>The groups that this silo has a replica of, in the order of their names.</summary>
    /// <exception cref="ReplicationUnavailableException">The host has not started yet.</exception>
    IReadOnlyList<RaftGroup> Groups { get; }

    /// <summary>Finds a group by its name.</summary>
    /// <exception cref="ReplicationUnavailableException">The host has not started yet.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    RaftGroup GetGroup(string name);

    /// <summary>The addresses at which a peer of the cluster is reached, each with its peer id; for this silo itself, where it listens.</summary>
    /// <param name="peerId">A peer id in text, as in <see cref="RaftPeer.Id"/>.</param>
    /// <returns>The addresses, the preferred one first; empty for a peer that is unknown.</returns>
    /// <exception cref="ReplicationUnavailableException">The host has not started yet.</exception>
    IReadOnlyList<string> GetAddresses(string peerId);

    /// <summary>Reads a silo's address for <see cref="RaftGroup.AddVoterAsync"/> and its like.</summary>
    /// <param name="address">A multiaddr that ends in the peer id, or several, separated by commas: <c>/ip4/10.0.0.2/tcp/4001/p2p/12D3Koo…</c>.</param>
    /// <returns>The peer; null when the text is no address with a TCP port and a peer id.</returns>
    RaftPeer? ReadPeer(string? address);
}
