using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>When a member whose disk was empty may take part (SAFETY 12).</summary>
public sealed class AdmissionTests
{
    /// <summary>Long enough for a leader to be elected if it could be.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_majority_of_new_members_forms_a_group_and_the_third_joins_it_later()
    {
        await using var cluster = new TestCluster(3);
        var late = cluster.Members[2];
        await Task.WhenAll(cluster.Members.Take(2).Select(member => member.StartAsync()));
        var leader = await cluster.WaitForLeaderAsync();
        await leader.Group.ProposeAsync(KeyValueTable.Put("early", "value"));

        await late.StartAsync();
        Assert.Equal("value", await late.ReadLinearizableAsync("early"));
        await Eventually.TrueAsync("the third member's admission", () => late.Group.GetStatus().Role == RaftRole.Follower);
        await cluster.Members.Take(2).First(member => !member.IsLeader).StopAsync();
        await late.Group.ProposeAsync(KeyValueTable.Put("late", "value"));
    }

    [Fact]
    public async Task A_new_member_alone_forms_no_group()
    {
        await using var cluster = new TestCluster(3);
        await cluster.Members[0].StartAsync();
        await NobodyLeadsAsync(cluster.Members[0]);
        Assert.Equal(RaftRole.Learner, cluster.Members[0].Group.GetStatus().Role);
        Assert.Equal(0, cluster.Members[0].Group.GetStatus().Term);
    }

    /// <summary>A member that is out of service tells nothing; that was once taken for a log without entries.</summary>
    [Fact]
    public async Task A_member_out_of_service_does_not_make_a_wiped_one_believe_that_the_group_is_new()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (wiped, broken) = (cluster.Leader, cluster.Followers.First());
        var behind = cluster.Followers.Last();
        await behind.StopAsync();
        await wiped.Group.ProposeAsync(KeyValueTable.Put("key", "committed on two"));
        await wiped.StopAsync();
        wiped.Wipe();
        broken.Group.Replica!.Health.Fail("A test's fault.");

        await wiped.StartAsync();
        await behind.StartAsync();
        await NobodyLeadsAsync(behind);

        await broken.StopAsync();
        await broken.StartAsync();
        Assert.Equal("committed on two", await behind.ReadLinearizableAsync("key"));
        Assert.Equal("committed on two", await wiped.ReadLinearizableAsync("key"));
    }

    /// <summary>A member that has some entries of a group but was never admitted is no reason to call the group new.</summary>
    [Fact]
    public async Task A_member_with_history_that_is_not_admitted_does_not_form_a_group_with_a_new_one()
    {
        await using var cluster = new TestCluster(3);
        var (first, second, late) = (cluster.Members[0], cluster.Members[1], cluster.Members[2]);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await (await cluster.WaitForLeaderAsync()).Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await first.ReadLinearizableAsync("key");
        await first.StopAsync();
        await second.StopAsync();
        var members = Path.Combine(first.Folder, "groups", "default", "members");
        var admitted = MembersFile.Read(members)!;
        Assert.True(admitted.Admitted);
        (admitted with { Admitted = false }).Write(members);

        await Task.WhenAll(first.StartAsync(), late.StartAsync());
        await NobodyLeadsAsync(first);
        Assert.Equal(RaftRole.Learner, first.Group.GetStatus().Role);
        Assert.Equal(RaftRole.Learner, late.Group.GetStatus().Role);
    }

    /// <summary>
    /// Before, it may have voted for another leader than the one it hears from, or acknowledged that one's entries: with its help, a leader that
    /// was deposed without knowing could go on.
    /// </summary>
    [Fact]
    public async Task A_wiped_member_follows_nobody_before_a_majority_without_it_agrees_on_a_leader()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (leader, wiped) = (cluster.Leader, cluster.Followers.First());
        var third = cluster.Followers.Last();
        await wiped.StopAsync();
        wiped.Wipe();
        cluster.Network.Cut(wiped.Id, third.Id);
        await wiped.StartAsync();
        for (var i = 0; i < 50; i++)
            await leader.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        using var patience = new CancellationTokenSource(Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wiped.Group.WaitForLeaderAsync(patience.Token));
        Assert.Equal(0, wiped.Group.Replica!.Engine.LastIndex);

        cluster.Network.Heal();
        Assert.Equal("value", await wiped.ReadLinearizableAsync("key-49"));
        await Eventually.TrueAsync("the wiped member's admission", () => wiped.Group.GetStatus().Role == RaftRole.Follower);
    }

    [Fact]
    public async Task A_member_that_was_admitted_again_does_not_vote_a_second_time_in_the_term_it_joined()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (wiped, candidate) = (cluster.Followers.First(), cluster.Followers.Last());
        await wiped.StopAsync();
        wiped.Wipe();
        await wiped.StartAsync();
        await Eventually.TrueAsync("the wiped member's admission", () => wiped.Group.GetStatus().Role == RaftRole.Follower);
        var term = wiped.Group.GetStatus().Term;
        Assert.Equal(cluster.Leader.Group.GetStatus().Term, term);

        // It votes only when it misses its leader, so it is asked again and again until it does.
        cluster.Network.Isolate(wiped.Id, cluster.Ids);
        await Eventually.TrueAsync("the wiped member to miss its leader", () => wiped.Group.GetStatus().Leader is null);
        var replica = wiped.Group.Replica!;
        using var receiver = new SnapshotReceiver(replica.Snapshots);
        var preVote = new RaftRequest { PreVote = new Vote { Term = term, LastIndex = 1_000_000, LastTerm = term } };
        await Eventually.TrueAsync("a pre-vote", () => Ask(preVote).Result == 1);
        Assert.Equal(0u, Ask(new RaftRequest { Vote = new Vote { Term = term, LastIndex = 1_000_000, LastTerm = term } }).Result);
        Assert.Equal(1u, Ask(new RaftRequest { Vote = new Vote { Term = term + 1, LastIndex = 1_000_000, LastTerm = term } }).Result);

        RaftResponse Ask(RaftRequest request) =>
            replica.Engine.HandleAsync(candidate.Id, request, receiver, CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    private static async Task NobodyLeadsAsync(TestMember member)
    {
        using var patience = new CancellationTokenSource(Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => member.Group.WaitForLeaderAsync(patience.Token));
    }
}
