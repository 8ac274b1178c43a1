using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

public sealed class RaftChannelTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly TestNetwork _network = new();

    [Fact]
    public async Task A_late_answer_is_never_taken_for_that_of_the_next_request()
    {
        var late = new TaskCompletionSource();
        await using var peer = new ScriptedPeer(_network, async (number, connection) =>
        {
            while (await connection.ReadAsync<RaftRequest>() is { } request)
            {
                if (number == 1)
                    await late.Task;
                await connection.WriteAsync(new RaftResponse { Term = request.Vote.Term });
            }
        });
        await using var channel = Channel(peer);
        var missed = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Request(1), Short, CancellationToken.None));
        Assert.Contains("did not answer within", missed.Message, StringComparison.Ordinal);

        var next = channel.CallAsync(Request(2), Long, CancellationToken.None);
        late.SetResult();
        Assert.Equal(2, (await next).Term);
        Assert.Equal(3, (await channel.CallAsync(Request(3), Long, CancellationToken.None)).Term);

        // On a slow machine the first connection is given up before the peer has seen it.
        Assert.InRange(peer.Connections, 1, 2);
    }

    /// <summary>A new leader that took it for news of the peer would step down at once.</summary>
    [Fact]
    public async Task A_connection_that_died_at_rest_costs_one_more_connection_and_no_failure()
    {
        await using var peer = new ScriptedPeer(_network, async (number, connection) =>
        {
            var request = await connection.ReadAsync<RaftRequest>();
            await connection.WriteAsync(new RaftResponse { Term = request!.Vote.Term });
        });
        await using var channel = Channel(peer);
        for (var term = 1; term <= 5; term++)
            Assert.Equal(term, (await channel.CallAsync(Request(term), Long, CancellationToken.None)).Term);
        Assert.Equal(5, peer.Connections);
    }

    [Fact]
    public async Task A_new_connection_that_fails_too_is_news_of_the_peer()
    {
        await using var peer = new ScriptedPeer(_network, async (number, connection) =>
        {
            var request = await connection.ReadAsync<RaftRequest>();
            if (number == 1)
                await connection.WriteAsync(new RaftResponse { Term = request!.Vote.Term });
        });
        await using var channel = Channel(peer);
        await channel.CallAsync(Request(1), Long, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Request(2), Long, CancellationToken.None));
        Assert.Contains("cannot be reached", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task A_refusal_is_passed_on_with_its_reason()
    {
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            await connection.ReadAsync<RaftRequest>();
            await connection.WriteAsync(new RaftResponse { Refused = "the moon is full" });
        });
        await using var channel = Channel(peer);
        var refusal = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Request(1), Long, CancellationToken.None));
        Assert.Contains("the moon is full", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_for_an_answer_is_a_peer_that_is_unavailable()
    {
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            await connection.ReadAsync<RaftRequest>();
            await connection.WriteAsync(new Hello { Cluster = "not", Group = "an", Sender = "answer" });
        });
        await using var channel = Channel(peer);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Request(1), Long, CancellationToken.None));
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_unavailable_at_once()
    {
        await using var channel = new RaftChannel(_network.Dialler("me", "scripted"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Request(1), Long, CancellationToken.None));
    }

    [Fact]
    public async Task One_request_is_on_its_way_at_a_time_and_another_waits_no_longer_than_its_own_time()
    {
        var answer = new TaskCompletionSource();
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            while (await connection.ReadAsync<RaftRequest>() is { } request)
            {
                await answer.Task;
                await connection.WriteAsync(new RaftResponse { Term = request.Vote.Term });
            }
        });
        await using var channel = Channel(peer);
        var first = channel.CallAsync(Request(1), Long, CancellationToken.None);
        var impatient = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(Request(2), Short, CancellationToken.None));
        Assert.Contains("still busy", impatient.Message, StringComparison.Ordinal);
        var patient = channel.CallAsync(Request(3), Long, CancellationToken.None);
        answer.SetResult();
        Assert.Equal(1, (await first).Term);
        Assert.Equal(3, (await patient).Term);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_let_go_and_its_connection_is_not_used_again()
    {
        await using var peer = new ScriptedPeer(_network, async (number, connection) =>
        {
            while (await connection.ReadAsync<RaftRequest>() is { } request)
            {
                if (number > 1)
                    await connection.WriteAsync(new RaftResponse { Term = request.Vote.Term });
            }
        });
        await using var channel = Channel(peer);
        using var patience = new CancellationTokenSource(Short);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.CallAsync(Request(1), Long, patience.Token));
        Assert.Equal(2, (await channel.CallAsync(Request(2), Long, CancellationToken.None)).Term);
    }

    [Fact]
    public async Task Disposal_ends_the_request_that_is_on_its_way()
    {
        await using var peer = new ScriptedPeer(_network, async (_, connection) =>
        {
            await connection.ReadAsync<RaftRequest>();
            await Task.Delay(Timeout.Infinite, connection.Stopping);
        });
        var channel = Channel(peer);
        var request = channel.CallAsync(Request(1), Long, CancellationToken.None);
        await Eventually.TrueAsync("the connection", () => peer.Connections == 1);
        await channel.DisposeAsync().AsTask().WaitAsync(Long);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => request);
    }

    private static RaftChannel Channel(ScriptedPeer peer) => new(peer.Dialler, ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);

    private static RaftRequest Request(long term) => new() { Vote = new Vote { Term = term } };
}
