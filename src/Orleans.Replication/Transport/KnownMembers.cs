using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>
/// Whom a client can ask: its seeds for ever, and every member that one of them ever told of, with the addresses told last. The one that answered last is
/// asked first, the others in an order by chance, so that many clients spread.
/// </summary>
internal sealed class KnownMembers
{
    /// <summary>More than any group has or had: a member that tells more is wrong.</summary>
    private const int MaxLearned = 64;

    private readonly Lock _lock = new();
    private readonly IReadOnlyDictionary<PeerId, IReadOnlyList<Multiaddr>> _seeds;
    private readonly Dictionary<PeerId, IReadOnlyList<Multiaddr>> _learned = [];
    private PeerId? _answeredLast;

    public KnownMembers(IEnumerable<string> seeds) => _seeds = ClusterPeers.Parse(seeds).Addresses;

    /// <summary>Each with all its addresses, in the order to ask.</summary>
    public IReadOnlyList<(PeerId Peer, IReadOnlyList<Multiaddr> Addresses)> InOrder()
    {
        lock (_lock)
        {
            var peers = _seeds.Keys.Union(_learned.Keys).ToArray();
            Random.Shared.Shuffle(peers);
            return [.. peers.OrderByDescending(peer => peer == _answeredLast).Select(peer => (peer, AddressesOf(peer)))];
        }
    }

    /// <summary>A member answered, and told of others.</summary>
    public void Learn(PeerId answered, IEnumerable<string> told)
    {
        IReadOnlyDictionary<PeerId, IReadOnlyList<Multiaddr>> members;
        try
        {
            members = ClusterPeers.Parse(told).Addresses;
        }
        catch (FormatException)
        {
            members = new Dictionary<PeerId, IReadOnlyList<Multiaddr>>(); // A member of later software may have addresses of other kinds; the answer is good all the same.
        }

        lock (_lock)
        {
            _answeredLast = answered;
            foreach (var (peer, addresses) in members)
            {
                if (_learned.ContainsKey(peer) || _learned.Count < MaxLearned)
                    _learned[peer] = addresses;
            }
        }
    }

    /// <summary>A member did not answer, and is no longer asked first.</summary>
    public void Fail(PeerId peer)
    {
        lock (_lock)
        {
            if (_answeredLast == peer)
                _answeredLast = null;
        }
    }

    private IReadOnlyList<Multiaddr> AddressesOf(PeerId peer) =>
        [.. _learned.GetValueOrDefault(peer, []).Union(_seeds.TryGetValue(peer, out var seed) ? seed : [])];
}
