using Orleans.Replication.Raft.Tests.Cluster;
using OpLog = Orleans.Replication.Raft.OpLogConsensus<
    Orleans.Replication.Raft.Tests.Consensus.Counter, Orleans.Replication.Raft.Tests.Consensus.CounterOperation>;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>Who submits changes.</summary>
public sealed class ActorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_member_knows_the_leader_by_its_peer_id_and_one_is_it()
    {
        await using var cluster = await ConsensusCluster<OpLog, Counter>.StartAsync(3, _ => new("counter", new Counter(0)));
        var leader = cluster.Raft.Leader;
        foreach (var member in cluster.Raft.Members)
        {
            var actor = cluster.Of(member).Attach(member.Group);
            Assert.Equal((leader.Id, member == leader), (actor.Leader, actor.IsLeader));
        }

        cluster.Raft.Network.Isolate(leader.Id, cluster.Raft.Ids);
        var next = await cluster.Raft.WaitForLeaderAsync(member => member != leader);
        var nextActor = cluster.Of(next).Attach(next.Group);
        Assert.Equal((next.Id, true), (nextActor.Leader, nextActor.IsLeader));
        await Eventually.TrueAsync("the isolated leader to step down", () => cluster.Of(leader).Attach(leader.Group) is { IsLeader: false, Leader: null });
    }

    [Fact]
    public async Task An_actor_sets_the_state_from_any_member()
    {
        await using var cluster = await ConsensusCluster<OpLog, Counter>.StartAsync(3, _ => new("counter", new Counter(0)));
        var follower = cluster.Raft.Followers.First();
        var actor = cluster.Of(follower).Attach(follower.Group);
        Assert.Equal(new Counter(5), (await actor.SetStateAsync(new Counter(5), Cancelled)).State);
        Assert.Equal(new Counter(6), (await actor.SetStateAsync(new ConsensusChange<Counter>.Operation(new Add(1)), Cancelled)).State);
        Assert.Equal(new Counter(5), (await actor.SetStateAsync(new ConsensusChange<Counter>.Rollback(1), Cancelled)).State);
        Assert.Equal(new Counter(9), (await actor.SetStateAsync(new ConsensusChange<Counter>.RollbackTo(new Counter(9)), Cancelled)).State);
    }

    [Fact]
    public async Task Without_an_actor_the_state_can_only_be_read()
    {
        await using var cluster = await ConsensusCluster<OpLog, Counter>.StartAsync(1, _ => new("counter", new Counter(0)));
        var consensus = cluster.All.Single();
        await consensus.CommitOpAsync(new Add(1), Cancelled);
        consensus.SetActor(null);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await consensus.CommitOpAsync(new Add(1), Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await consensus.RollbackAsync(1, Cancelled));
        Assert.Equal(new Counter(1), (await consensus.GetLogHeadAsync(Cancelled)).State);
    }

    [Fact]
    public async Task An_actor_of_ones_own_sees_every_change_and_may_refuse_it()
    {
        await using var cluster = await ConsensusCluster<OpLog, Counter>.StartAsync(1, _ => new("counter", new Counter(0)));
        var consensus = cluster.All.Single();
        var guard = new NoRollbacks(consensus.Attach(cluster.Raft.Members[0].Group));
        consensus.SetActor(guard);
        await consensus.CommitStateAsync(new Counter(1), Cancelled);
        await consensus.CommitOpAsync(new Add(1), Cancelled);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await consensus.RollbackAsync(1, Cancelled));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await consensus.RollbackToAsync(new Counter(0), Cancelled));
        Assert.Equal(4, guard.Seen);
        Assert.Equal(new Counter(2), (await consensus.GetLogHeadAsync(Cancelled)).State);
    }

    private sealed class NoRollbacks(IActor<Counter> inner) : IActor<Counter>
    {
        public int Seen { get; private set; }

        public bool IsLeader => inner.IsLeader;

        public string? Leader => inner.Leader;

        public ValueTask<AgreedState<Counter>> SetStateAsync(ConsensusChange<Counter> change, CancellationToken cancellationToken)
        {
            Seen++;
            return change is ConsensusChange<Counter>.Rollback or ConsensusChange<Counter>.RollbackTo
                ? throw new UnauthorizedAccessException("Not you.")
                : inner.SetStateAsync(change, cancellationToken);
        }
    }
}
