using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Replication.Libp2p.Addresses;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// Where peers are said to be: by this host's user, and by the peers themselves (identify). An address here is a hint: whoever answers there still has to
/// prove that it is the peer. Safe for concurrent use.
/// </summary>
public sealed class AddressBook
{
    /// <summary>The most addresses kept for one peer.</summary>
    public const int MaxAddressesPerPeer = 16;

    private readonly ConcurrentDictionary<PeerId, Entry> _entries = new();

    /// <summary>The peers with at least one address.</summary>
    public IReadOnlyCollection<PeerId> Peers => [.. _entries.Keys];

    /// <summary>
    /// The addresses of a peer, in the order they are tried, without their <c>p2p</c> part: those given by the user first, then those the peer says it has.
    /// Empty when it is unknown.
    /// </summary>
    /// <param name="peer">The peer.</param>
    public IReadOnlyList<Multiaddr> Get(PeerId peer) => _entries.TryGetValue(peer, out var entry) ? entry.All : [];

    /// <summary>Adds addresses behind those already given. Beyond <see cref="MaxAddressesPerPeer"/> they are ignored.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Its addresses, with or without its peer id at the end.</param>
    /// <exception cref="ArgumentException">An address names another peer.</exception>
    public void Add(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        var added = Clean(peer, addresses);
        if (added.Length > 0)
            _entries.AddOrUpdate(peer, new Entry(Limit(added), []), (_, entry) => entry with { Given = Limit([.. entry.Given.Concat(added).Distinct()]) });
    }

    /// <summary>Replaces the addresses given for a peer; those it has told itself stay.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Its addresses, with or without its peer id at the end.</param>
    /// <exception cref="ArgumentException">An address names another peer.</exception>
    public void Set(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        var given = Limit(Clean(peer, addresses));
        Update(peer, entry => entry with { Given = given });
    }

    /// <summary>Forgets a peer.</summary>
    /// <param name="peer">The peer.</param>
    public bool Remove(PeerId peer) => _entries.TryRemove(peer, out _);

    /// <summary>
    /// Replaces what a peer told of its own addresses. Those that lead nowhere from here are left out: unspecified ones, and loopback addresses of a peer
    /// that is not on this machine.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="seenAt">The address of its connection.</param>
    /// <param name="addresses">What it told; addresses of other peers are ignored.</param>
    internal void Learn(PeerId peer, Multiaddr seenAt, IEnumerable<Multiaddr> addresses)
    {
        var isHere = InterfaceAddresses.IsLoopback(seenAt);
        var learned = Limit(Clean(peer, addresses.Where(address =>
            (address.PeerId is not { } named || named == peer)
            && address.TryGetTcpEndPoint(out _)
            && !InterfaceAddresses.IsUnspecified(address)
            && (isHere || !InterfaceAddresses.IsLoopback(address)))));
        Update(peer, entry => entry with { Learned = learned });
    }

    /// <summary>Forgets what a peer told of its addresses.</summary>
    internal void Unlearn(PeerId peer) => Update(peer, entry => entry with { Learned = [] });

    /// <summary>Changes the entry of a peer; an entry without addresses is removed.</summary>
    private void Update(PeerId peer, Func<Entry, Entry> change)
    {
        while (true)
        {
            var exists = _entries.TryGetValue(peer, out var entry);
            var changed = change(exists ? entry! : Entry.Empty);
            var done = (exists, changed.All.IsEmpty) switch
            {
                (false, true) => true,
                (false, false) => _entries.TryAdd(peer, changed),
                (true, true) => _entries.TryRemove(new KeyValuePair<PeerId, Entry>(peer, entry!)),
                (true, false) => _entries.TryUpdate(peer, changed, entry!),
            };
            if (done)
                return;
        }
    }

    private static ImmutableArray<Multiaddr> Clean(PeerId peer, IEnumerable<Multiaddr> addresses)
    {
        if (peer.IsEmpty)
            throw new ArgumentException("The peer id is empty.", nameof(peer));

        var cleaned = ImmutableArray.CreateBuilder<Multiaddr>();
        foreach (var address in addresses)
        {
            if (address.PeerId is { } named && named != peer)
                throw new ArgumentException($"The address '{address}' leads to another peer than {peer}.", nameof(addresses));
            if (address.WithoutPeerId() is { } bare && !cleaned.Contains(bare))
                cleaned.Add(bare);
        }

        return cleaned.ToImmutable();
    }

    private static ImmutableArray<Multiaddr> Limit(ImmutableArray<Multiaddr> addresses) =>
        addresses.Length > MaxAddressesPerPeer ? addresses[..MaxAddressesPerPeer] : addresses;

    /// <summary>What is known about one peer.</summary>
    private sealed record Entry(ImmutableArray<Multiaddr> Given, ImmutableArray<Multiaddr> Learned)
    {
        internal static readonly Entry Empty = new([], []);

        internal ImmutableArray<Multiaddr> All => Learned.IsEmpty ? Given : Limit([.. Given.Concat(Learned).Distinct()]);
    }
}
