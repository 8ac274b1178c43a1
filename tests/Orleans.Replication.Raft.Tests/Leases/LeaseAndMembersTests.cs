using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Leases;

/// <summary>
/// SAFETY S9 beside a change of members: a lease comes from a majority of the configuration in force, the last in the log, committed or not. Two changes on, what a majority of an earlier one
/// has promised would bind no majority of the present one.
/// </summary>
public sealed class LeaseAndMembersTests
{
    [Fact]
    public async Task A_majority_before_a_voter_was_added_gives_no_lease_from_the_moment_the_change_is_in_the_log()
    {
        await using var cluster = await StartAsync();
        var (leader, joined) = await HoldingByTwoOfThreeAsync(cluster);
        var before = Engine(leader).Configuration;
        var next = before.Configuration.With(before.Configuration.Find(joined.Id)! with { Role = RaftMemberRole.Voter });

        // Neither the new voter nor one of the others hears of it: two of three have confirmed the leader, and two of four are no majority.
        cluster.Network.HangRounds(joined.Id);
        var change = Engine(leader).ChangeConfigurationAsync(next, before, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("the change to be in the leader's log", () => Engine(leader).Configuration.Configuration.IsVoter(joined.Id));
        Assert.True(leader.IsLeader, "It has lost its leadership: the test has shown nothing.");
        Assert.False(Engine(leader).HoldsLease);
        Assert.False(Engine(leader).TryGetLeaseIndex(out _));
        await Assert.ThrowsAsync<GroupUnavailableException>(() => leader.Group.ReadByLeaseAsync(leader, member => member.Read("key")).AsTask());
        Assert.False(change.IsCompleted);

        // With a third of the four there is one again.
        cluster.Network.Resume();
        await change;
        await Eventually.TrueAsync("a lease again", () => Engine(leader).HoldsLease);
        Assert.Equal("value", await leader.Group.ReadByLeaseAsync(leader, member => member.Read("key")));
    }

    private static IConsensusEngine Engine(TestMember member) => member.Group.Replica!.Engine;

    /// <summary>Three voters whose clocks the test stops, so that a lease lasts and nobody else is elected, however long a message takes.</summary>
    private static async Task<TestCluster> StartAsync()
    {
        var cluster = new TestCluster(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            AppendTimeout = TimeSpan.FromSeconds(60),
            ReadTimeout = TimeSpan.FromSeconds(2),
        });
        foreach (var member in cluster.Members)
            member.Time = new SteppedClock();
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync()));
        await cluster.WaitForLeaderAsync();
        return cluster;
    }

    /// <summary>A learner that has joined, a follower that does not answer any more, and a leader whose lease is from the other follower and itself.</summary>
    private static async Task<(TestMember Leader, TestMember Learner)> HoldingByTwoOfThreeAsync(TestCluster cluster)
    {
        var first = cluster.Leader;
        var learner = await cluster.StartNewMemberAsync(first);
        await first.Group.AddLearnerAsync(TestMember.Peer(learner.Id));
        await Eventually.TrueAsync("the learner to have caught up", () => cluster.Members.Any(member => member.IsLeader && Engine(member).IsCaughtUp(learner.Id)));
        var leader = await cluster.WaitForLeaderAsync();

        // Time stands still, and who has heard from the leader since votes for nobody else.
        foreach (var member in cluster.Members)
            (member.Time as SteppedClock)?.Stop();
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await Eventually.TrueAsync("all to hear from the leader", () => cluster.Members.All(member => member.Read("key") == "value"));
        var silent = cluster.Members.First(member => member != leader && member != learner);
        cluster.Network.HangRounds(silent.Id);

        // What the silent one has confirmed is over.
        ((SteppedClock)leader.Time).Step(TimeSpan.FromSeconds(1));
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await Eventually.TrueAsync("a lease of two of three", () => leader.IsLeader && Engine(leader).HoldsLease);
        return (leader, learner);
    }
}
