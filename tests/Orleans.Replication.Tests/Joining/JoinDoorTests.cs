using Orleans.Replication.Joining;
using Orleans.Replication.Joining.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Tests.Silos;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Tests.Joining;

/// <summary>Strangers at the door of a silo that has a token: a real silo, and real libp2p hosts.</summary>
public sealed class JoinDoorTests : IAsyncLifetime
{
    private const string Token = "what those share who may join";

    private readonly TestFolder _folder = new();
    private TestSilo _silo = null!;
    private Libp2pHost _stranger = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private JoinRequest Good => new()
    {
        Version = JoinProtocol.Version,
        Token = Token,
        Cluster = "test",
        Groups = { ReplicationGroups.Default },
        Addresses = { $"/ip4/127.0.0.1/tcp/4001/p2p/{_stranger.PeerId}" },
    };

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _silo = await TestSilo.StartOneAsync(_folder.Sub("silo"), options => options.JoinToken = Token);
        _stranger = await StartStrangerAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stranger.DisposeAsync();
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_says_the_token_waits_and_is_no_member()
    {
        Assert.Equal(JoinRefusal.None, (await AskAsync(Good)).Refusal);
        var waiting = Assert.Single(_silo.Group.GetStatus().Waiting);
        Assert.Equal((_stranger.PeerId.ToString(), Good.Addresses[0]), (waiting.Peer.Id, waiting.Peer.EndPoint.ToString()));
        Assert.Single(_silo.Group.GetStatus().Members);
    }

    [Fact]
    public async Task Every_other_request_is_refused_and_nobody_waits()
    {
        using var other = PeerIdentity.Generate();
        foreach (var (refusal, change) in new (JoinRefusal, Action<JoinRequest>)[]
        {
            (JoinRefusal.WrongToken, request => request.Token = Token + "!"),
            (JoinRefusal.WrongToken, request => (request.Token, request.Cluster) = (string.Empty, "other")),
            (JoinRefusal.WrongVersion, request => request.Version = 2),
            (JoinRefusal.OtherCluster, request => request.Cluster = "other"),
            (JoinRefusal.WrongAddress, request => request.Addresses.Clear()),
            (JoinRefusal.WrongAddress, request => request.Addresses[0] = $"/ip4/127.0.0.1/tcp/4001/p2p/{other.PeerId}"),
            (JoinRefusal.WrongAddress, request => request.Addresses[0] = "garbage"),
            (JoinRefusal.WrongAddress, request => request.Addresses[0] = _stranger.PeerId.ToString()),
            (JoinRefusal.WrongAddress, request => request.Addresses.Add(Enumerable.Repeat(request.Addresses[0], JoinProtocol.MaxAddresses))),
            (JoinRefusal.NoGroup, request => request.Groups[0] = "other"),
            (JoinRefusal.NoGroup, request => request.Groups.Clear()),
        })
        {
            var request = Good;
            change(request);
            Assert.Equal(refusal, (await AskAsync(request)).Refusal);
        }

        Assert.Empty(_silo.Group.GetStatus().Waiting);
    }

    [Theory]
    [InlineData("/orleans-replication/raft/1.0.0")]
    [InlineData("/orleans-replication/group/1.0.0")]
    public async Task The_members_protocols_stay_closed_to_who_waits(string protocol)
    {
        Assert.Equal(JoinRefusal.None, (await AskAsync(Good)).Refusal);
        var stream = await _stranger.NewStreamAsync(SiloId, new ProtocolId(protocol), Cancelled);
        await using (stream)
            await Assert.ThrowsAsync<UnsupportedProtocolException>(async () => await stream.Input.ReadAsync(Cancelled));
    }

    [Fact]
    public async Task Garbage_and_too_much_end_the_stream_and_nothing_else()
    {
        foreach (var bytes in new[] { new byte[] { 0xFF, 0xFF, 0xFF }, new byte[JoinProtocol.MaxRequestBytes + 1] })
        {
            await ConnectAsync();
            var stream = await _stranger.NewStreamAsync(SiloId, JoinProtocol.Id, Cancelled);
            await using (stream)
            {
                await Record.ExceptionAsync(async () =>
                {
                    await stream.Output.WriteAsync(bytes, Cancelled);
                    await stream.CloseWriteAsync(Cancelled);
                });
                await Assert.ThrowsAnyAsync<Exception>(async () =>
                    Assert.NotEqual(JoinRefusal.None, (await SingleMessage.ReadAsync(stream.Input, JoinReply.Parser, JoinProtocol.MaxReplyBytes, Cancelled)).Refusal));
            }
        }

        Assert.Equal(JoinRefusal.None, (await AskAsync(Good)).Refusal);
    }

    [Fact]
    public async Task Without_a_token_there_is_no_door()
    {
        await using var closed = await TestSilo.StartOneAsync(_folder.Sub("closed"));
        await using var stranger = await StartStrangerAsync();
        var address = Multiaddr.Parse(closed.Replication.GetAddresses(closed.Replication.PeerId)[0]);
        await Assert.ThrowsAnyAsync<Libp2pException>(async () =>
        {
            await stranger.ConnectAsync(address, Cancelled);
            await stranger.NewStreamAsync(address.PeerId!.Value, JoinProtocol.Id, Cancelled);
        });
    }

    private PeerId SiloId => PeerId.Parse(_silo.Replication.PeerId, null);

    private async Task ConnectAsync() => await _stranger.ConnectAsync(Multiaddr.Parse(_silo.Replication.GetAddresses(_silo.Replication.PeerId)[0]), Cancelled);

    private async Task<JoinReply> AskAsync(JoinRequest request)
    {
        await ConnectAsync();
        var stream = await _stranger.NewStreamAsync(SiloId, JoinProtocol.Id, Cancelled);
        await using (stream)
        {
            await SingleMessage.WriteAsync(stream, request, Cancelled);
            return await SingleMessage.ReadAsync(stream.Input, JoinReply.Parser, JoinProtocol.MaxReplyBytes, Cancelled);
        }
    }

    private static async Task<Libp2pHost> StartStrangerAsync()
    {
        var host = new Libp2pHost(new Libp2pOptions { IdentifyOnConnect = false });
        await host.StartAsync(Cancelled);
        return host;
    }
}
