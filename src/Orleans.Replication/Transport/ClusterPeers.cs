using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>Who the voters are and where: <see cref="Configuration.RaftReplicationOptions.Peers"/>, read.</summary>
internal sealed class ClusterPeers
{
    private ClusterPeers(IReadOnlyDictionary<PeerId, IReadOnlyList<Multiaddr>> addresses) => Addresses = addresses;

    /// <summary>Each peer's addresses, without its id. Empty when there is no list.</summary>
    public IReadOnlyDictionary<PeerId, IReadOnlyList<Multiaddr>> Addresses { get; }

    /// <summary>Reads the list.</summary>
    /// <exception cref="FormatException">A line is no address of a peer; the message says which and what to write.</exception>
    public static ClusterPeers Parse(IEnumerable<string> lines)
    {
        var addresses = new Dictionary<PeerId, IReadOnlyList<Multiaddr>>();
        foreach (var line in lines)
        {
            var address = Multiaddr.Parse(line);
            if (address.PeerId is not { } peer)
            {
                throw new FormatException(
                    $"'{line}' does not say which peer is there. Append /p2p/ and its peer id; 'orleans-replication keygen --data DIR' prints it.");
            }

            var bare = address.WithoutPeerId();
            if (bare is null || !bare.TryGetTcpEndPoint(out _))
                throw new FormatException($"'{line}' has no TCP address. Write it like /ip4/10.0.0.2/tcp/4001/p2p/{peer}.");
            addresses[peer] = addresses.TryGetValue(peer, out var known) ? [.. known.Append(bare).Distinct()] : [bare];
        }

        return new ClusterPeers(addresses);
    }
}
