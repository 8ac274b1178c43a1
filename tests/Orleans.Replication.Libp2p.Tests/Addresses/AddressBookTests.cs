namespace Orleans.Replication.Libp2p.Tests.Addresses;

public sealed class AddressBookTests
{
    private static readonly PeerId Peer = PeerId.Parse("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");
    private static readonly PeerId Other = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");

    private readonly AddressBook _book = new();

    [Fact]
    public void Addresses_are_kept_in_order_once_and_without_the_peer_id()
    {
        _book.Add(Peer, Address(1), Address(2).WithPeerId(Peer));
        _book.Add(Peer, Address(2), Address(3));

        Assert.Equal([Address(1), Address(2), Address(3)], _book.Get(Peer));
        Assert.Equal([Peer], _book.Peers);
        Assert.Empty(_book.Get(Other));
    }

    [Fact]
    public void Set_replaces_and_remove_forgets()
    {
        _book.Add(Peer, Address(1));
        _book.Set(Peer, Address(2));
        Assert.Equal([Address(2)], _book.Get(Peer));

        Assert.True(_book.Remove(Peer));
        Assert.Empty(_book.Get(Peer));
        Assert.Empty(_book.Peers);
    }

    [Fact]
    public void The_address_of_another_peer_is_refused() => Assert.Throws<ArgumentException>(() => _book.Add(Peer, Address(1).WithPeerId(Other)));

    [Fact]
    public void What_a_peer_tells_comes_behind_what_the_user_gave_and_is_replaced_as_a_whole()
    {
        _book.Add(Peer, Address(1));
        _book.Learn(Peer, Address(9), [Address(2), Address(1), Address(3)]);
        Assert.Equal([Address(1), Address(2), Address(3)], _book.Get(Peer));

        _book.Learn(Peer, Address(9), [Address(4)]);
        Assert.Equal([Address(1), Address(4)], _book.Get(Peer));
        _book.Set(Peer, Address(5));
        Assert.Equal([Address(5), Address(4)], _book.Get(Peer));

        _book.Unlearn(Peer);
        Assert.Equal([Address(5)], _book.Get(Peer));
    }

    [Fact]
    public void A_peer_that_is_known_only_from_what_it_told_is_forgotten_with_it()
    {
        _book.Learn(Peer, Address(9), [Address(2)]);
        Assert.Equal([Peer], _book.Peers);

        _book.Unlearn(Peer);
        Assert.Empty(_book.Peers);
    }

    [Fact]
    public void Addresses_that_lead_nowhere_from_here_are_not_learned()
    {
        var elsewhere = Multiaddr.Parse("/ip4/10.0.0.9/tcp/9");
        _book.Learn(Peer, elsewhere, [Address(1), Multiaddr.Parse("/ip4/0.0.0.0/tcp/4"), elsewhere.WithPeerId(Other), Multiaddr.Parse("/ip4/10.0.0.9/tcp/4")]);

        Assert.Equal([Multiaddr.Parse("/ip4/10.0.0.9/tcp/4")], _book.Get(Peer));
    }

    [Fact]
    public void There_is_a_limit_for_each_peer()
    {
        for (var port = 1; port <= 100; port++)
            _book.Add(Peer, Address(port));

        _book.Learn(Peer, Address(1), Enumerable.Range(200, 100).Select(Address));
        Assert.Equal(AddressBook.MaxAddressesPerPeer, _book.Get(Peer).Count);
    }

    private static Multiaddr Address(int port) => Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}");
}
