using System.Net;
using System.Net.Sockets;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>Where a silo is, as the group's log keeps it: its peer id, and its addresses as far as anybody has named them.</summary>
internal sealed class SiloEndPoint(PeerId peer, IEnumerable<Multiaddr> addresses) : EndPoint, IEquatable<SiloEndPoint>
{
    private const char Separator = ',';

    public PeerId Peer => peer;

    /// <summary>The addresses, without the peer id.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; } = [.. addresses];

    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    /// <exception cref="FormatException">The text is not what <see cref="ToString"/> writes.</exception>
    public static SiloEndPoint Parse(string text)
    {
        if (!text.StartsWith('/'))
            return new SiloEndPoint(PeerId.Parse(text), []);
        var parsed = ClusterPeers.Parse(text.Split(Separator)).Addresses;
        return parsed.Count == 1
            ? new SiloEndPoint(parsed.Keys.Single(), parsed.Values.Single())
            : throw new FormatException($"'{text}' names {parsed.Count} peers; one was expected.");
    }

    /// <summary>The addresses with the peer id; the id alone when there is no address.</summary>
    public override string ToString() =>
        Addresses.Count == 0 ? Peer.ToString() : string.Join(Separator, Addresses.Select(address => address.WithPeerId(Peer).ToString()));

    public bool Equals(SiloEndPoint? other) => other is not null && other.Peer == Peer && other.Addresses.SequenceEqual(Addresses);

    public override bool Equals(object? obj) => Equals(obj as SiloEndPoint);

    public override int GetHashCode() => Peer.GetHashCode();
}
