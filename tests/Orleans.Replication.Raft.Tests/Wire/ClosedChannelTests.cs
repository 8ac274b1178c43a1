using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Tests.Guards;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

/// <summary>
/// A member may be called for a moment after it was removed and its connections were closed. An error that the engine does not know ended its heartbeats then, and the leader led nobody
/// without knowing.
/// </summary>
public sealed class ClosedChannelTests
{
    private readonly TestNetwork _network = new();

    [Fact]
    public async Task A_closed_connection_to_a_member_says_that_it_is_unavailable()
    {
        var channel = new RaftChannel(_network.Dialler("me", "raft"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        await channel.DisposeAsync();
        await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(new RaftRequest { Vote = new Vote() }, TimeSpan.FromSeconds(30), CancellationToken.None));
    }

    [Fact]
    public async Task A_closed_connection_for_questions_says_that_the_peer_is_unavailable()
    {
        var channel = new GroupChannel(_network.Dialler("me", "group"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        await channel.DisposeAsync();
        var error = await Assert.ThrowsAsync<PeerUnavailableException>(() => channel.CallAsync(new GroupRequest(), TimeSpan.FromSeconds(30), CancellationToken.None));
        Assert.True(error.NothingSent);
    }

    /// <summary>Whoever waits for a semaphore when it is disposed of waits for ever, whatever its time-out: the engine waited so for its round to a member that had been removed.</summary>
    [Fact]
    public async Task Who_waits_for_a_turn_on_a_connection_that_is_closed_is_told()
    {
        await using var peer = new ScriptedVoter(_network, ScriptedPeer.Id, ScriptedVoter.Ignore);
        var channel = new RaftChannel(_network.Dialler("me", "raft"), ScriptedPeer.Peer, ScriptedPeer.Hello, 1 << 20, TimeProvider.System);
        var calls = Enumerable.Range(0, 3).Select(_ => channel.CallAsync(new RaftRequest { Append = new Append() }, TimeSpan.FromMinutes(10), CancellationToken.None)).ToArray();
        await channel.DisposeAsync();
        foreach (var call in calls)
            await Assert.ThrowsAsync<PeerUnavailableException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
