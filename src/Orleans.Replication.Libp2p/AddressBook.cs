using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// Where peers are said to be. An address here is a hint: whoever answers there still has to prove that it is the peer. Safe for concurrent use.
/// </summary>
public sealed class AddressBook
{
    /// <summary>The most addresses kept for one peer.</summary>
    public const int MaxAddressesPerPeer = 16;

    private readonly ConcurrentDictionary<PeerId, ImmutableArray<Multiaddr>> _addresses = new();

    /// <summary>The peers with at least one address.</summary>
    public IReadOnlyCollection<PeerId> Peers => [.. _addresses.Keys];

    /// <summary>The addresses of a peer, in the order they are tried, without their <c>p2p</c> part; empty when it is unknown.</summary>
    /// <param name="peer">The peer.</param>
    public IReadOnlyList<Multiaddr> Get(PeerId peer) => _addresses.TryGetValue(peer, out var known) ? known : [];

    /// <summary>Adds addresses behind those already known. Beyond <see cref="MaxAddressesPerPeer"/> they are ignored.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Its addresses, with or without its peer id at the end.</param>
    /// <exception cref="ArgumentException">An address names another peer.</exception>
    public void Add(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        var added = Clean(peer, addresses);
        if (added.Length > 0)
            _addresses.AddOrUpdate(peer, Limit(added), (_, known) => Limit([.. known.Concat(added).Distinct()]));
    }

    /// <summary>Replaces all addresses of a peer.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Its addresses, with or without its peer id at the end.</param>
    /// <exception cref="ArgumentException">An address names another peer.</exception>
    public void Set(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        var cleaned = Clean(peer, addresses);
        if (cleaned.IsEmpty)
            _addresses.TryRemove(peer, out _);
        else
            _addresses[peer] = Limit(cleaned);
    }

    /// <summary>Forgets a peer.</summary>
    /// <param name="peer">The peer.</param>
    public bool Remove(PeerId peer) => _addresses.TryRemove(peer, out _);

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
}
