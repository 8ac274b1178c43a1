using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Members that are to lead rather than others.</summary>
public sealed class LeaderPriorityTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task The_voter_with_the_highest_priority_comes_to_lead_and_nothing_is_lost_on_the_way()
    {
        await using var cluster = await StartAsync(0, 10, 20);
        await using var load = new WriteLoad(cluster);
        await cluster.WaitForLeaderAsync();
        await Eventually.TrueAsync("member-3 to lead", () => cluster.Members[2].IsLeader);
        await load.SomeWritesAsync();
        await load.EndAsync();
        Assert.True(cluster.Members[2].IsLeader);
    }

    [Fact]
    public async Task While_it_is_away_another_leads_and_when_it_is_back_it_leads_again()
    {
        await using var cluster = await StartAsync(0, 0, 20);
        var preferred = cluster.Members[2];
        await Eventually.TrueAsync("it to lead", () => preferred.IsLeader);
        await preferred.StopAsync();
        var meanwhile = await cluster.WaitForLeaderAsync();
        await meanwhile.Group.ProposeAsync(KeyValueTable.Put("key", "meanwhile"));
        await preferred.StartAsync();
        await Eventually.TrueAsync("it to lead again", () => preferred.IsLeader);
        Assert.Equal("meanwhile", await preferred.ReadLinearizableAsync("key"));
    }

    [Fact]
    public async Task A_learner_does_not_lead_until_it_is_a_voter()
    {
        await using var cluster = await StartAsync(0);
        var leader = cluster.Members[0];
        var added = await cluster.StartNewMemberAsync(leader);
        await leader.Group.AddLearnerAsync(TestMember.Peer(added.Id));
        await Eventually.TrueAsync("it to have caught up", () => leader.Group.Replica!.Engine.IsCaughtUp(added.Id));
        await Task.Delay(10 * Interval, TestContext.Current.CancellationToken);
        Assert.True(leader.IsLeader);
        await leader.Group.AddVoterAsync(TestMember.Peer(added.Id));
        await Eventually.TrueAsync("it to lead", () => added.IsLeader);
    }

    [Fact]
    public async Task Among_equals_leadership_stays_where_it_is()
    {
        await using var cluster = await StartAsync(7, 7, 7);
        var leader = await cluster.WaitForLeaderAsync();
        var term = leader.Group.GetStatus().Term;
        await Task.Delay(20 * Interval, TestContext.Current.CancellationToken);
        Assert.Equal((true, term), (leader.IsLeader, leader.Group.GetStatus().Term));
    }

    [Theory]
    [InlineData(-1, 5000, "LeaderPriority")]
    [InlineData(101, 5000, "LeaderPriority")]
    [InlineData(0, 1, "LeaderPriorityCheckInterval")]
    public void Options_that_make_no_sense_are_refused(int priority, int milliseconds, string option)
    {
        var error = Assert.Throws<ArgumentException>(() => OptionsCheck.Validate(
            new RaftGroupOptions { Voters = [TestMember.Peer("a")], Tables = [], LeaderPriority = priority, LeaderPriorityCheckInterval = TimeSpan.FromMilliseconds(milliseconds) },
            TestMember.Peer("a")));
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Members with these priorities, in the order of their names; one that is started later has 50.</summary>
    private static async Task<TestCluster> StartAsync(params int[] priorities)
    {
        var next = -1;
        var cluster = new TestCluster(priorities.Length, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            LeaderPriority = Interlocked.Increment(ref next) is var i && i < priorities.Length ? priorities[i] : 50,
            LeaderPriorityCheckInterval = Interval,
        });
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync()));
        await cluster.WaitForLeaderAsync();
        return cluster;
    }
}
