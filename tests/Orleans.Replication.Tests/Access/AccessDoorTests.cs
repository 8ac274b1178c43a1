using System.Buffers;
using Google.Protobuf;
using Orleans.Replication.Access;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.States;
using Orleans.Replication.Tests.Silos;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Access;

/// <summary>Strangers at the door of a silo that has a token: a real silo, and real libp2p hosts that speak the protocol byte by byte.</summary>
public sealed class AccessDoorTests : IAsyncLifetime
{
    private const string Token = "what clients and silos share";
    private static readonly byte[] Key = StateKey.Encode(GrainId.Create("door", "1"), "state");

    private readonly TestFolder _folder = new();
    private TestSilo _silo = null!;
    private Libp2pHost _stranger = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static AccessHello Hello => new() { Version = AccessProtocol.Version, Token = Token, Cluster = "test", Group = ReplicationGroups.Default };

    private static AccessRequest Read => new() { Read = new ReadRequest { Keys = { ByteString.CopyFrom(Key) }, Consistency = Consistency.Linearizable } };

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _silo = await TestSilo.StartOneAsync(_folder.Sub("silo"), options => (options.AccessToken, options.MaxCommandBytes) = (Token, 64 << 10));
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
    public async Task Who_says_the_token_is_answered_and_told_where_the_members_are_when_it_asks()
    {
        var hello = Hello;
        Assert.Empty((await AskAsync(hello, Read)).Members);
        hello.TellMembers = true;
        var response = await AskAsync(hello, Read);
        Assert.Equal([0L], response.Read.Records.Select(record => record.Version));
        Assert.Equal(1, response.OperationsVersion);
        Assert.Equal(_silo.Replication.GetAddresses(_silo.Replication.PeerId), response.Members);
    }

    [Fact]
    public async Task Every_hello_that_is_wrong_is_refused_with_the_reason()
    {
        foreach (var (kind, change) in new (FailureKind, Action<AccessHello>)[]
        {
            (FailureKind.WrongToken, hello => hello.Token = Token + "!"),
            (FailureKind.WrongToken, hello => (hello.Token, hello.Version, hello.Cluster, hello.Group) = (string.Empty, 2, "other", "other")),
            (FailureKind.WrongVersion, hello => hello.Version = 2),
            (FailureKind.OtherCluster, hello => hello.Cluster = "other"),
            (FailureKind.NoGroup, hello => hello.Group = "other"),
            (FailureKind.NoGroup, hello => hello.Group = string.Empty),
        })
        {
            var hello = Hello;
            change(hello);
            Assert.Equal(kind, (await AskAsync(hello, Read)).Failure?.Kind);
        }
    }

    [Fact]
    public async Task Every_request_that_is_wrong_is_refused_and_nothing_is_written()
    {
        var applied = _silo.Group.GetReader(StatesTable.TableName).TryGet(Key, out _);
        foreach (var (name, request) in WrongRequests())
        {
            var failure = (await AskAsync(Hello, request)).Failure;
            Assert.True(failure?.Kind == FailureKind.Invalid, $"{name}: {failure}");
        }

        Assert.Equal(applied, _silo.Group.GetReader(StatesTable.TableName).TryGet(Key, out _));
        Assert.Equal(1, _silo.Group.Tables.OfType<StatesTable>().Single().Version);
        Assert.Null(_silo.Group.GetStatus().Fault);
    }

    [Fact]
    public async Task Frames_that_are_none_are_refused_with_a_code_and_cost_their_stream_only()
    {
        var good = MessageStream.Frame(Hello);
        byte[][] frames =
        [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [3, 0xFF, 0xFF, 0xFF],
            [.. MessageStream.Frame(new AccessHello { Token = new string('x', AccessProtocol.MaxHelloBytes) })],
            [.. good, 3, 0xFF, 0xFF, 0xFF],
            [.. good, 0xFF, 0xFF, 0xFF, 0x7F],
            [.. good, 10, 1, 2],
            good,
            [.. good, .. MessageStream.Frame(new AccessRequest { Propose = new ProposeRequest { Payload = ByteString.CopyFrom(new byte[100 << 10]) } })],
            [],
        ];
        foreach (var frame in frames)
        {
            await ConnectAsync();
            var stream = await _stranger.NewStreamAsync(SiloId, AccessProtocol.Id, Cancelled);
            await using (stream)
            {
                await stream.Output.WriteAsync(frame, Cancelled);
                await stream.CloseWriteAsync(Cancelled);
                var response = await new MessageStream(stream.Input.AsStream(leaveOpen: true)).ReadAsync(AccessResponse.Parser, AccessProtocol.MaxResponseBytes, Cancelled);
                Assert.True(response?.Failure.Kind == (frame.Length == 0 ? FailureKind.WrongToken : FailureKind.Malformed), $"{Convert.ToHexString(frame.AsSpan(0, Math.Min(20, frame.Length)))}: {response}");
            }
        }

        Assert.NotNull((await AskAsync(Hello, Read)).Read);
    }

    [Theory]
    [InlineData("/orleans-replication/raft/1.0.0")]
    [InlineData("/orleans-replication/group/1.0.0")]
    [InlineData("/orleans-replication/admin/1.0.0")]
    [InlineData("/orleans-replication/join/1.0.0")]
    public async Task The_other_protocols_stay_closed_to_a_guest(string protocol)
    {
        Assert.NotNull((await AskAsync(Hello, Read)).Read);
        var stream = await _stranger.NewStreamAsync(SiloId, new ProtocolId(protocol), Cancelled);
        await using (stream)
            await Assert.ThrowsAsync<UnsupportedProtocolException>(async () => await stream.Input.ReadAsync(Cancelled));
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
            await stranger.NewStreamAsync(address.PeerId!.Value, AccessProtocol.Id, Cancelled);
        });
    }

    [Fact]
    public async Task A_watch_shows_that_it_lives_before_anything_changes_and_ends_with_its_stream()
    {
        await ConnectAsync();
        var stream = await _stranger.NewStreamAsync(SiloId, AccessProtocol.Id, Cancelled);
        await using (stream)
        {
            var responses = new MessageStream(stream.Input.AsStream(leaveOpen: true));
            await stream.Output.WriteAsync(MessageStream.Frame(Hello, new AccessRequest { Watch = new WatchRequest { Key = ByteString.CopyFrom(Key), FromVersion = 7 } }), Cancelled);
            for (var i = 0; i < 2; i++)
            {
                var response = await responses.ReadAsync(AccessResponse.Parser, AccessProtocol.MaxResponseBytes, Cancelled);
                Assert.Equal(7, response?.Position?.Version);
            }

            stream.Reset();
        }
    }

    private IEnumerable<(string Name, AccessRequest Request)> WrongRequests()
    {
        var origin = OriginFormat.Encode(new(_stranger.PeerId.ToString(), null));
        yield return ("nothing", new AccessRequest());
        yield return ("no keys", new AccessRequest { Read = new ReadRequest { Consistency = Consistency.Stale } });
        yield return ("too many keys", new AccessRequest { Read = new ReadRequest { Consistency = Consistency.Stale, Keys = { Enumerable.Repeat(ByteString.CopyFrom(Key), AccessProtocol.MaxKeys + 1) } } });
        yield return ("no consistency", new AccessRequest { Read = new ReadRequest { Keys = { ByteString.CopyFrom(Key) } } });
        yield return ("version 0", new AccessRequest { ReadAt = new ReadAtRequest { Key = ByteString.CopyFrom(Key) } });
        yield return ("a watch from below", new AccessRequest { Watch = new WatchRequest { FromVersion = -1 } });
        yield return ("an empty command", Propose([]));
        yield return ("a cut command", Propose([2, 1, 0xFF]));
        yield return ("a later format", Propose([9, 1, 0, 0]));
        yield return ("no origin", Propose([1, 3]));
        yield return ("another's origin", Propose([2, 3, .. OriginFormat.Encode(new(_silo.Replication.PeerId, null))]));
        yield return ("no key of a state", Propose([2, 3, .. origin], [1, 2, 3]));
        yield return ("the key of the version", Propose([2, 3, .. origin], global::Orleans.Replication.States.Versions.VersionRecord.Key.ToArray()));
        yield return ("an expected version below 0", new AccessRequest { Propose = new ProposeRequest { Key = ByteString.CopyFrom(Key), Payload = ByteString.CopyFrom([2, 3, .. origin]), ExpectedVersion = -1 } });
        yield return ("a state of a later format", Propose([2, 2, .. origin, 9, 1]));
        yield return ("an empty state", Propose([2, 2, .. origin]));
        yield return ("an operation that is none", Propose([2, 1, .. origin, 0xFF, 0xFF]));
        yield return ("a raise of the version", Propose([2, (byte)StateCommandKind.RaiseVersion, .. origin, 1, 2, 3, 4]));
        yield return ("a kind that there is not", Propose([2, 77, .. origin]));
        yield return ("a clearing with a body", Propose([2, 3, .. origin, 1]));
        yield return ("a transaction that is none", Propose([2, (byte)StateCommandKind.Transact, .. origin, 1, 2, 3], []));
        yield return ("a transaction of nothing", Propose([2, (byte)StateCommandKind.Transact, .. origin, 0, 0, 0, 0, 0, 0, 0, 0], []));
    }

    private static AccessRequest Propose(byte[] payload, byte[]? key = null) =>
        new() { Propose = new ProposeRequest { Key = ByteString.CopyFrom(key ?? Key), Payload = ByteString.CopyFrom(payload) } };

    private PeerId SiloId => PeerId.Parse(_silo.Replication.PeerId, null);

    private async Task ConnectAsync() => await _stranger.ConnectAsync(Multiaddr.Parse(_silo.Replication.GetAddresses(_silo.Replication.PeerId)[0]), Cancelled);

    private async Task<AccessResponse> AskAsync(AccessHello hello, AccessRequest request)
    {
        await ConnectAsync();
        await using var exchange = new AccessExchange(_stranger, SiloId);
        await exchange.ConnectAsync(TimeSpan.FromSeconds(30), Cancelled);
        return await exchange.AskAsync(hello, request, Cancelled);
    }

    private static async Task<Libp2pHost> StartStrangerAsync()
    {
        var host = new Libp2pHost(new Libp2pOptions { IdentifyOnConnect = false });
        await host.StartAsync(Cancelled);
        return host;
    }
}
