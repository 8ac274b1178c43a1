using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class IdentifyTests
{
    private static readonly ProtocolId Late = new("/late/1.0.0");

    [Fact]
    public async Task Both_ends_of_a_new_connection_ask_each_other_what_they_are()
    {
        await using var server = await TestHost.StartEchoAsync(Asking);
        await using var client = await TestHost.StartAsync(options =>
        {
            Asking(options);
            (options.AgentVersion, options.ProtocolVersion) = ("test/1.2", "family/3");
        });
        await ConnectAsync(client, server);

        var (clients, servers) = (client.Connections.Single().RemoteInformation!, server.Connections.Single().RemoteInformation!);
        Assert.Contains(TestHost.Echo, clients.Protocols);
        Assert.Equal(("test/1.2", "family/3"), (servers.AgentVersion, servers.ProtocolVersion));
        Assert.Equal(client.PublicKey, servers.PublicKey);
    }

    [Fact]
    public async Task A_description_carries_a_signed_record_of_the_addresses()
    {
        await using var server = await TestHost.StartAsync(Asking);
        await using var client = await TestHost.StartAsync(Asking);
        await ConnectAsync(client, server);

        var record = client.Connections.Single().RemoteInformation!.PeerRecord!;
        Assert.Equal(server.PublicKey, record.PublicKey);
        Assert.Equal(server.ListenAddresses, record.Addresses);
        Assert.Equal(server.PeerRecord.Envelope.ToArray(), record.Envelope.ToArray());
        Assert.True(SignedPeerRecord.TryParse(record.Envelope.Span, out _));
    }

    [Fact]
    public async Task Each_end_learns_the_address_at_which_it_is_seen()
    {
        await using var server = await TestHost.StartAsync(Asking);
        await using var client = await TestHost.StartAsync(Asking);
        await ConnectAsync(client, server);

        Assert.Equal([server.Connections.Single().RemoteAddress], client.ObservedAddresses);
        Assert.Equal(server.ListenAddresses, server.ObservedAddresses);
    }

    [Fact]
    public async Task A_peer_that_dialled_can_be_dialled_back_while_it_is_connected()
    {
        await using var server = await TestHost.StartAsync(Asking);
        await using var client = await TestHost.StartAsync(Asking);
        await ConnectAsync(client, server);

        Assert.Equal(client.ListenAddresses, server.AddressBook.Get(client.PeerId));

        await client.DisposeAsync();
        await Eventually.TrueAsync(() => server.AddressBook.Get(client.PeerId).Count == 0, "nothing is left behind by a stranger");
    }

    [Fact]
    public async Task A_kept_peer_that_moved_is_found_again_by_what_it_told()
    {
        using var identity = PeerIdentity.Generate();
        await using var server = await TestHost.StartAsync(options =>
        {
            Asking(options);
            options.InitialReconnectDelay = options.MaxReconnectDelay = TimeSpan.FromMilliseconds(50);
        });
        server.KeepConnected(identity.PeerId, Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")); // Where it was.

        await using var moved = await TestHost.StartAsync(options => options.Identity = identity);
        moved.Knows(server);
        await moved.ConnectAsync(server.PeerId).InTimeAsync("the peer announces itself from its new address");
        await Eventually.TrueAsync(() => server.AddressBook.Get(identity.PeerId).Count == 2, "its new address is learned");
        await moved.DisconnectAsync(server.PeerId).InTimeAsync("the connection is closed");

        await Eventually.TrueAsync(
            () => server.Connections is [{ Direction: ConnectionDirection.Outbound }], "the server has dialled the new address");
    }

    [Fact]
    public async Task Peers_are_told_of_a_protocol_that_is_served_later_and_of_one_that_no_longer_is()
    {
        await using var server = await TestHost.StartEchoAsync(Asking);
        await using var client = await TestHost.StartAsync(Asking);
        await ConnectAsync(client, server);
        var told = client.Connections.Single();
        Assert.DoesNotContain(Late, told.RemoteInformation!.Protocols);

        server.SetStreamHandler(Late, TestHost.EchoAsync);
        await Eventually.TrueAsync(() => told.RemoteInformation!.Protocols.Contains(Late), "the client is told of the new protocol");

        Assert.True(server.RemoveStreamHandler(TestHost.Echo));
        await Eventually.TrueAsync(() => !told.RemoteInformation!.Protocols.Contains(TestHost.Echo), "the client is told of the end of the other");
        Assert.Equal("orleans-replication", told.RemoteInformation!.AgentVersion);
    }

    [Fact]
    public async Task Each_peer_is_told_only_what_is_served_to_it()
    {
        await using var server = await TestHost.StartAsync(Asking);
        await using var member = await TestHost.StartAsync(Asking);
        await using var stranger = await TestHost.StartAsync(Asking);
        await ConnectAsync(member, server);
        await ConnectAsync(stranger, server);
        var strangersPushes = 0;
        stranger.PeerIdentified += (_, _) => Interlocked.Increment(ref strangersPushes);

        server.SetStreamHandler(Late, TestHost.EchoAsync, new StreamHandlerOptions { AllowPeer = peer => peer == member.PeerId });

        await Eventually.TrueAsync(() => member.Connections.Single().RemoteInformation!.Protocols.Contains(Late), "the member is told");
        await Eventually.TrueAsync(() => Volatile.Read(ref strangersPushes) > 0, "the stranger is told something");
        Assert.DoesNotContain(Late, stranger.Connections.Single().RemoteInformation!.Protocols);
    }

    [Fact]
    public async Task A_peer_that_takes_no_push_does_not_hold_up_the_others()
    {
        await using var server = await TestHost.StartAsync(Asking);
        await using var deaf = await TestHost.StartAsync();
        await using var client = await TestHost.StartAsync(Asking);
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        deaf.SetStreamHandler(new("/ipfs/id/push/1.0.0"), async (_, stop) =>
        {
            taken.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop); // Neither reads nor ends.
        });
        deaf.Knows(server);
        await deaf.ConnectAsync(server.PeerId).InTimeAsync("the deaf peer connects");
        await ConnectAsync(client, server);

        server.SetStreamHandler(Late, TestHost.EchoAsync);

        await taken.Task.InTimeAsync("the deaf peer has the push");
        await Eventually.TrueAsync(() => client.Connections.Single().RemoteInformation!.Protocols.Contains(Late), "the other is told all the same");
    }

    [Fact]
    public async Task An_unspecified_address_is_announced_as_the_machines_own()
    {
        await using var server = await TestHost.StartAsync(options => options.ListenAddresses.Add(Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")));

        server.ListenAddresses[0].TryGetTcpEndPoint(out var endPoint);
        var port = ((System.Net.IPEndPoint)endPoint!).Port;
        Assert.Contains(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}"), server.AnnouncedAddresses);
        Assert.DoesNotContain(server.AnnouncedAddresses, address => address.ToString().Contains("0.0.0.0", StringComparison.Ordinal));
    }

    private static void Asking(Libp2pOptions options) => options.IdentifyOnConnect = true;

    /// <summary>Connects, and waits until those of the two that ask have been told.</summary>
    private static async Task ConnectAsync(Libp2pHost client, Libp2pHost server)
    {
        client.Knows(server);
        await client.ConnectAsync(server.PeerId).InTimeAsync("the client connects");
        await Eventually.TrueAsync(
            () => client.Connections.All(c => c.RemoteInformation is not null)
                && server.Connections.Any(c => c.RemotePeer == client.PeerId && c.RemoteInformation is not null),
            "both ends have described themselves");
    }
}
