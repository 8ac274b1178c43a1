using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Transport;

/// <summary>
/// Keeps the host's connections in line with the members of the groups. A silo that was a member may connect until this process ends: it learns from its peers that it was removed,
/// and nothing else.
/// </summary>
internal sealed class KnownSilos(Libp2pHost host, PeerAllowList admitted, ClusterPeers named)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, SiloEndPoint> _kept = [];

    /// <summary>How many of the other members are not connected.</summary>
    public int Missing
    {
        get
        {
            lock (_gate)
                return _kept.Keys.Count(peer => !host.IsConnected(peer));
        }
    }

    /// <summary>Whether a peer is another member.</summary>
    public bool Contains(PeerId peer)
    {
        lock (_gate)
            return _kept.ContainsKey(peer);
    }

    /// <summary>The members are these now.</summary>
    public void Follow(IEnumerable<RaftPeer> peers)
    {
        lock (_gate)
        {
            var wanted = new Dictionary<PeerId, SiloEndPoint>();
            foreach (var endPoint in peers.Select(peer => peer.EndPoint).OfType<SiloEndPoint>().Where(endPoint => endPoint.Peer != host.PeerId))
            {
                if (!wanted.TryGetValue(endPoint.Peer, out var known) || known.Addresses.Count == 0)
                    wanted[endPoint.Peer] = endPoint;
            }

            foreach (var gone in _kept.Keys.Where(peer => !wanted.ContainsKey(peer)).ToList())
            {
                _kept.Remove(gone);
                host.StopKeepingConnected(gone);
            }

            foreach (var (peer, endPoint) in wanted.Where(peer => !peer.Value.Equals(_kept.GetValueOrDefault(peer.Key))))
            {
                _kept[peer] = endPoint;
                admitted.Add(peer);
                host.KeepConnected(peer, endPoint.Addresses);
            }
        }
    }

    /// <summary>Where a peer is, in text; nothing for a peer that is unknown.</summary>
    public IReadOnlyList<string> AddressesOf(string text)
    {
        if (!PeerId.TryParse(text, null, out var peer))
            return [];
        lock (_gate)
        {
            var addresses = _kept.TryGetValue(peer, out var kept) && kept.Addresses.Count > 0 ? kept.Addresses
                : named.Addresses.TryGetValue(peer, out var known) ? known
                : peer == host.PeerId ? host.ListenAddresses : [];
            return [.. addresses.Select(address => address.WithPeerId(peer).ToString())];
        }
    }
}
