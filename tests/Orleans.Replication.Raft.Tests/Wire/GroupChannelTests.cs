using Google.Protobuf;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

public sealed class GroupChannelTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly TestNetwork _network = new();

    [Fact]
    public async Task Answers_find_their_questions_in_whatever_order_they_come()
    {
        const int Questions = 100;
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            var all = new List<GroupRequest>();
            while (all.Count < Questions)
                all.Add((await connection.ReadAsync<GroupRequest>())!);
            foreach (var request in all.AsEnumerable().Reverse())
                await connection.WriteAsync(new GroupResponse { Id = request.Id, Reason = request.Transfer.To });
            await connection.ReadAsync<GroupRequest>();
        });
        await using var channel = Channel(peer);
        var answers = await Task.WhenAll(Enumerable.Range(0, Questions).Select(i => channel.CallAsync(Question(i.ToString()), Long, CancellationToken.None)));
        Assert.Equal(Enumerable.Range(0, Questions).Select(i => i.ToString()), answers.Select(answer => answer.Reason));
        Assert.Equal(1, peer.Connections);
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_has_surely_seen_nothing()
    {
        await using var channel = new GroupChannel(_network.Dialler("me", "scripted"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Question("?"), Long, CancellationToken.None));
        Assert.True(failure.NothingSent);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_may_have_seen_the_question()
    {
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            while (await connection.ReadAsync<GroupRequest>() is not null)
            {
            }
        });
        await using var channel = Channel(peer);
        var failure = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Question("?"), TimeSpan.FromMilliseconds(200), CancellationToken.None));
        Assert.False(failure.NothingSent);
        Assert.Contains("did not answer within", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loss_of_the_connection_ends_all_questions_and_the_next_one_connects_again()
    {
        const int Questions = 20;
        await using var peer = new ScriptedPeer(_network, async (number, connection) =>
        {
            for (var i = 0; number == 1 ? i < Questions : true; i++)
            {
                if (await connection.ReadAsync<GroupRequest>() is not { } request)
                    return;
                if (number > 1)
                    await connection.WriteAsync(new GroupResponse { Id = request.Id });
            }
        });
        await using var channel = Channel(peer);
        var lost = Enumerable.Range(0, Questions).Select(i => channel.CallAsync(Question("?"), Long, CancellationToken.None)).ToList();
        foreach (var question in lost)
        {
            var failure = await Assert.ThrowsAsync<PeerUnavailableException>(() => question);
            Assert.False(failure.NothingSent);
        }

        await channel.CallAsync(Question("?"), Long, CancellationToken.None);
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task A_caller_that_gives_up_costs_the_others_nothing()
    {
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            while (await connection.ReadAsync<GroupRequest>() is { } request)
            {
                if (request.Transfer.To != "ignore me")
                    await connection.WriteAsync(new GroupResponse { Id = request.Id });
            }
        });
        await using var channel = Channel(peer);
        using var patience = new CancellationTokenSource();
        var ignored = channel.CallAsync(Question("ignore me"), Long, patience.Token);
        await channel.CallAsync(Question("?"), Long, CancellationToken.None);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ignored);
        await channel.CallAsync(Question("?"), Long, CancellationToken.None);
        Assert.Equal(1, peer.Connections);
    }

    /// <summary>
    /// What is written behind a cut message is read as its rest. That was once the message again, from its beginning: a command with the bytes of
    /// another place in it.
    /// </summary>
    [Fact]
    public async Task A_question_that_was_given_up_half_sent_never_arrives_as_something_else()
    {
        var received = new List<byte[]>();
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            while (await connection.ReadAsync<GroupRequest>() is { } request)
            {
                lock (received)
                    received.AddRange(request.Propose.Commands.Select(command => command.ToByteArray()));
                await connection.WriteAsync(new GroupResponse { Id = request.Id });
            }
        });
        var connections = new StickingConnections(peer.Dialler);
        await using var channel = new GroupChannel(connections, ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        var random = new Random(1);
        var sent = new List<byte[]>();
        for (var round = 0; round < 5; round++)
        {
            await channel.CallAsync(Proposal(1000), Long, CancellationToken.None);
            connections.Sticking = true;
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.CallAsync(Proposal(1000), Long, patience.Token));
            connections.Sticking = false;
        }

        await channel.CallAsync(Proposal(1000), Long, CancellationToken.None);
        lock (received)
            Assert.All(received, command => Assert.Contains(sent, known => known.AsSpan().SequenceEqual(command)));

        GroupRequest Proposal(int bytes)
        {
            var command = new byte[bytes];
            random.NextBytes(command);
            sent.Add(command);
            return new GroupRequest { Propose = new Propose { Commands = { ByteString.CopyFrom(command) } } };
        }
    }

    [Fact]
    public async Task Disposal_ends_the_questions_that_are_on_their_way()
    {
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            while (await connection.ReadAsync<GroupRequest>() is not null)
            {
            }
        });
        var channel = Channel(peer);
        var question = channel.CallAsync(Question("?"), Long, CancellationToken.None);
        await Eventually.TrueAsync("the connection", () => peer.Connections == 1);
        await channel.DisposeAsync().AsTask().WaitAsync(Long);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => question);
    }

    private static GroupChannel Channel(ScriptedPeer peer) => new(peer.Dialler, ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);

    private static GroupRequest Question(string name) => new() { Transfer = new Transfer { To = name } };
}
