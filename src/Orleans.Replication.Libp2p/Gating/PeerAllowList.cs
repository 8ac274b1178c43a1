using System.Collections.Immutable;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// A set of peers that can be changed at any time. As the <see cref="Libp2pOptions.Gater"/> of a host it admits only them, and a peer that is removed
/// has its connections closed; its <see cref="Contains"/> also serves as <see cref="StreamHandlerOptions.AllowPeer"/>.
/// </summary>
public sealed class PeerAllowList : IConnectionGater
{
    private ImmutableHashSet<PeerId> _peers;

    /// <summary>Makes a list.</summary>
    /// <param name="peers">The peers on it from the beginning.</param>
    public PeerAllowList(params IEnumerable<PeerId> peers) => _peers = [.. peers];

    /// <inheritdoc/>
    public event EventHandler? Changed;

    /// <summary>The peers on the list now.</summary>
    public IReadOnlyCollection<PeerId> Peers => Volatile.Read(ref _peers);

    /// <summary>Adds a peer; false when it was there.</summary>
    /// <param name="peer">The peer.</param>
    public bool Add(PeerId peer) => Update(peers => peers.Add(peer));

    /// <summary>Removes a peer; false when it was not there.</summary>
    /// <param name="peer">The peer.</param>
    public bool Remove(PeerId peer) => Update(peers => peers.Remove(peer));

    /// <summary>Replaces the whole list.</summary>
    /// <param name="peers">The peers on it from now on.</param>
    public void Replace(IEnumerable<PeerId> peers)
    {
        ImmutableHashSet<PeerId> replacement = [.. peers];
        Update(_ => replacement);
    }

    /// <summary>Whether a peer is on the list.</summary>
    /// <param name="peer">The peer.</param>
    public bool Contains(PeerId peer) => Volatile.Read(ref _peers).Contains(peer);

    /// <inheritdoc/>
    bool IConnectionGater.AllowPeer(PeerId peer, ConnectionDirection direction) => Contains(peer);

    private bool Update(Func<ImmutableHashSet<PeerId>, ImmutableHashSet<PeerId>> change)
    {
        if (!ImmutableInterlocked.Update(ref _peers, change))
            return false;

        Changed?.Invoke(this, EventArgs.Empty);
        return true;
    }
}
