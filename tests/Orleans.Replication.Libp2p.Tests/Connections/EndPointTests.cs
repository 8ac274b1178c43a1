using System.Net;

namespace Orleans.Replication.Libp2p.Tests.Connections;

public sealed class EndPointTests
{
    private static readonly PeerId Peer = PeerId.Parse("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");
    private static readonly PeerId Other = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");

    [Fact]
    public void Peer_end_points_are_equal_when_the_peers_are()
    {
        Assert.Equal(new PeerEndPoint(Peer), new PeerEndPoint(Peer));
        Assert.Equal(new PeerEndPoint(Peer).GetHashCode(), new PeerEndPoint(Peer).GetHashCode());
        Assert.NotEqual(new PeerEndPoint(Peer), new PeerEndPoint(Other));
        Assert.Equal(Peer.ToString(), new PeerEndPoint(Peer).ToString());
        Assert.Throws<ArgumentException>(() => new PeerEndPoint(default));
    }

    [Fact]
    public void A_peer_end_point_survives_as_a_socket_address()
    {
        var endPoint = new PeerEndPoint(Peer);

        Assert.Equal(endPoint, endPoint.Create(endPoint.Serialize()));
        Assert.Throws<ArgumentException>(() => endPoint.Create(new IPEndPoint(IPAddress.Loopback, 1).Serialize()));
    }

    [Fact]
    public void Protocol_end_points_are_equal_when_the_protocols_are()
    {
        Assert.Equal(new ProtocolEndPoint(new("/a")), new ProtocolEndPoint(new("/a")));
        Assert.NotEqual(new ProtocolEndPoint(new("/a")), new ProtocolEndPoint(new("/b")));
        Assert.Throws<ArgumentException>(() => new ProtocolEndPoint(default));
    }
}
