using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Members that come and go without an operator.</summary>
public sealed class AutopilotTests
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(2);

    private static RaftGroupOptions Admitting(RaftGroupOptions options) => new() { Voters = options.Voters, Tables = options.Tables, AutoAdmit = true };

    private static RaftGroupOptions Replacing(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        ReplaceDeadVoters = true,
        DeadVoterGracePeriod = GracePeriod,
    };

    [Fact]
    public async Task Who_asks_waits_for_an_operator()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var leader = cluster.Members[0];
        var asking = await cluster.StartNewMemberAsync(leader);
        var before = DateTimeOffset.UtcNow;
        Assert.True(leader.Group.RegisterJoinRequest(TestMember.Peer(asking.Id)));
        var waiting = Assert.Single(leader.Group.GetStatus().Waiting);
        Assert.Equal(TestMember.Peer(asking.Id), waiting.Peer);
        Assert.InRange(waiting.Since, before, DateTimeOffset.UtcNow);
        await leader.Group.AddVoterAsync(waiting.Peer);
        Assert.Empty(leader.Group.GetStatus().Waiting);
        Assert.True(leader.Group.RegisterJoinRequest(TestMember.Peer(asking.Id)));
        Assert.Empty(leader.Group.GetStatus().Waiting);
    }

    [Fact]
    public async Task Who_is_no_member_itself_is_asked_in_vain()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var stranger = await cluster.StartNewMemberAsync(cluster.Members[0]);
        Assert.Throws<GroupUnavailableException>(() => stranger.Group.RegisterJoinRequest(TestMember.Peer("member-9")));
        Assert.Empty(stranger.Group.GetStatus().Waiting);
    }

    /// <summary>The second asks the leader, the third and the fourth ask a follower.</summary>
    [Fact]
    public async Task A_group_admits_who_asks_until_it_has_its_voters_and_the_others_stay_learners()
    {
        await using var cluster = await TestCluster.StartAsync(1, Admitting);
        await using var load = new WriteLoad(cluster);
        var leader = cluster.Members[0];
        for (var asked = leader; cluster.Members.Count < 3; asked = cluster.Members[^1])
        {
            var asking = await cluster.StartNewMemberAsync(leader);
            Assert.True(asked.Group.RegisterJoinRequest(TestMember.Peer(asking.Id)));
            await asking.WaitForRoleAsync(RaftRole.Follower);
        }

        var fourth = await cluster.StartNewMemberAsync(leader);
        cluster.Members[2].Group.RegisterJoinRequest(TestMember.Peer(fourth.Id));
        await Eventually.TrueAsync("the fourth to be a learner", () => leader.Group.GetStatus().Members.Count == 4);
        await Eventually.TrueAsync("it to have caught up", () => leader.Group.Replica!.Engine.IsCaughtUp(fourth.Id));
        await load.SomeWritesAsync();
        await load.EndAsync();
        Assert.Equal(["member-1", "member-2", "member-3"], leader.Voters());
        Assert.Equal(RaftRole.Learner, fourth.Group.GetStatus().Role);
    }

    [Fact]
    public async Task A_dead_voter_is_replaced_by_a_learner_and_comes_back_as_one()
    {
        await using var cluster = await TestCluster.StartAsync(3, Replacing);
        var (leader, dead) = (cluster.Leader, cluster.Followers.First());
        var spare = await cluster.StartNewMemberAsync(leader);
        await leader.Group.AddLearnerAsync(TestMember.Peer(spare.Id));
        await using var load = new WriteLoad(cluster);
        await load.SomeWritesAsync();
        await dead.StopAsync();
        await Eventually.TrueAsync("the learner in the voter's place", () => leader.Voters() is { Count: 3 } voters && voters.Contains(spare.Id) && !voters.Contains(dead.Id));
        Assert.Equal(RaftMemberRole.Learner, leader.Group.GetStatus().Members.Single(member => member.Id == dead.Id).Role);

        await dead.StartAsync();
        await Eventually.TrueAsync("the dead one to have caught up", () => leader.Group.Replica!.Engine.IsCaughtUp(dead.Id));
        await load.SomeWritesAsync();
        await load.EndAsync();
        Assert.DoesNotContain(dead.Id, leader.Voters());
        Assert.Equal(RaftRole.Learner, dead.Group.GetStatus().Role);
    }

    [Fact]
    public async Task A_voter_that_comes_back_within_the_grace_period_stays()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ReplaceDeadVoters = true,
            DeadVoterGracePeriod = TimeSpan.FromMinutes(1),
        });
        var (leader, away) = (cluster.Leader, cluster.Followers.First());
        var spare = await cluster.StartNewMemberAsync(leader);
        await leader.Group.AddLearnerAsync(TestMember.Peer(spare.Id));
        await away.StopAsync();
        await Eventually.TrueAsync("the leader to miss it", () => !leader.Group.Replica!.Engine.HasHeardFrom(away.Id));
        await away.StartAsync();
        await Eventually.TrueAsync("the leader to hear from it", () => leader.Group.Replica!.Engine.HasHeardFrom(away.Id));
        Assert.Equal(["member-1", "member-2", "member-3"], leader.Voters());
    }

    /// <summary>A removed process does not ask again, but another may have its request under way: what the operator has removed stays removed while nobody asks.</summary>
    [Fact]
    public async Task Who_was_removed_is_not_added_again_by_itself()
    {
        await using var cluster = await TestCluster.StartAsync(3, Admitting);
        var (leader, removed) = (cluster.Leader, cluster.Followers.First());
        await leader.Group.RemoveAsync(removed.Id);
        await removed.WaitForRoleAsync(RaftRole.Removed);
        var asking = await cluster.StartNewMemberAsync(leader);
        leader.Group.RegisterJoinRequest(TestMember.Peer(asking.Id));
        await asking.WaitForRoleAsync(RaftRole.Follower);
        Assert.DoesNotContain(leader.Group.GetStatus().Members, member => member.Id == removed.Id);
    }

    [Theory]
    [InlineData(2, 10)]
    [InlineData(7, 10)]
    [InlineData(3, 0)]
    public void Options_that_make_no_sense_are_refused_with_what_to_write(int maxVoters, int graceMinutes)
    {
        var error = Assert.Throws<ArgumentException>(() => OptionsCheck.Validate(
            new RaftGroupOptions { Voters = [TestMember.Peer("a")], Tables = [], MaxVoters = maxVoters, DeadVoterGracePeriod = TimeSpan.FromMinutes(graceMinutes) },
            TestMember.Peer("a")));
        Assert.Contains(maxVoters == 3 ? "at least twice MaxElectionTimeout" : "has to be 1, 3 or 5", error.Message, StringComparison.Ordinal);
    }
}
