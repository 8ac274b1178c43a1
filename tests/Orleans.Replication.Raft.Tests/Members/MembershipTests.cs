using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Members come and go, and the group stays one.</summary>
public sealed class MembershipTests
{
    /// <summary>Far more than a change takes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A writer on a member that is being removed is not held up for long.</summary>
    private static RaftGroupOptions ShortProposals(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        ProposalTimeout = TimeSpan.FromSeconds(3),
    };

    [Fact]
    public async Task A_group_grows_from_one_to_five_and_shrinks_to_one_under_load()
    {
        await using var cluster = await TestCluster.StartAsync(1, ShortProposals);
        await using var load = new WriteLoad(cluster);
        await load.SomeWritesAsync();
        for (var voters = 2; voters <= 5; voters++)
        {
            var added = await cluster.StartNewMemberAsync([.. cluster.Members]);
            await added.AddToAsync(cluster.Members[0]).WaitAsync(Limit);
            await added.WaitForRoleAsync(RaftRole.Follower);
            await load.SomeWritesAsync();
        }

        foreach (var leaving in cluster.Members.Take(4).ToList())
        {
            await leaving.RemoveByAsync(cluster.Members[4]).WaitAsync(Limit);
            await load.SomeWritesAsync();
        }

        await load.EndAsync(except: [.. cluster.Members.Take(4)]);
        Assert.Equal([cluster.Members[4].Id], cluster.Members[4].Voters());
    }

    [Fact]
    public async Task A_learner_is_promoted_although_many_writers_never_pause()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await using var load = new WriteLoad(cluster, writers: 256);
        await load.SomeWritesAsync(2_000);
        for (var voters = 4; voters <= 5; voters++)
        {
            // It has all of the log to catch up with, while the log grows.
            var added = await cluster.StartNewMemberAsync([.. cluster.Members]);
            await added.AddToAsync(cluster.Members[0]).WaitAsync(Limit);
            await added.WaitForRoleAsync(RaftRole.Follower);
            await load.SomeWritesAsync(1_000);
            Assert.Equal(voters, cluster.Members[0].Voters().Count);
        }

        await load.EndAsync();
    }

    [Fact]
    public async Task Every_member_is_replaced_by_another_under_load()
    {
        await using var cluster = await TestCluster.StartAsync(3, ShortProposals);
        await using var load = new WriteLoad(cluster);
        foreach (var old in cluster.Members.ToList())
        {
            var others = cluster.Members.Where(member => member.IsRunning).ToArray();
            var replacement = await cluster.StartNewMemberAsync(others);
            await replacement.AddToAsync(others[0]).WaitAsync(Limit);
            await old.RemoveByAsync(others[1]).WaitAsync(Limit);
            await load.SomeWritesAsync();
            await old.StopAsync();
            await load.SomeWritesAsync();
        }

        await load.EndAsync();
        Assert.Equal(cluster.Ids.Skip(3), cluster.Members[3].Voters());
    }

    [Fact]
    public async Task A_change_that_is_in_the_log_and_not_committed_in_time_is_in_doubt()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(1),
            AppendTimeout = TimeSpan.FromMinutes(1),
        });
        var (leader, learner) = (cluster.Leader, TestMember.Peer("learner"));
        cluster.Network.HangRounds(leader.Id);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => leader.Group.AddLearnerAsync(learner));
        cluster.Network.Resume();
        await Eventually.TrueAsync("the change to be made after all, or made again", () =>
        {
            var next = cluster.Members.FirstOrDefault(member => member.IsLeader);
            return next is not null && Record.Exception(() => next.Group.AddLearnerAsync(learner).GetAwaiter().GetResult()) is null;
        });
    }

    [Fact]
    public async Task Every_member_can_be_restarted_after_every_change()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        await cluster.Members[0].Group.ProposeAsync(KeyValueTable.Put("key", "0"));
        var step = 0;
        async Task RestartAllAsync()
        {
            foreach (var member in cluster.Members)
                await member.StopAsync();
            foreach (var member in cluster.Members)
                await member.StartAsync();
            var leader = await cluster.WaitForLeaderAsync();
            Assert.Equal($"{step}", await leader.ReadLinearizableAsync("key"));
            await leader.Group.ProposeAsync(KeyValueTable.Put("key", $"{++step}"));
        }

        for (var i = 0; i < 2; i++)
        {
            var added = await cluster.StartNewMemberAsync([.. cluster.Members]);
            await cluster.Members[0].Group.AddLearnerAsync(TestMember.Peer(added.Id));
            Assert.Equal($"{step}", await added.ReadLinearizableAsync("key"));
            await RestartAllAsync();
            Assert.Equal(RaftMemberRole.Learner, added.Group.GetStatus().Members.Single(member => member.Id == added.Id).Role);
            await added.AddToAsync(cluster.Members[0]);
            await RestartAllAsync();
        }

        await cluster.Leader.Group.DemoteAsync(cluster.Leader.Id);
        await RestartAllAsync();
        await cluster.ReplicasAreEqualAsync();
    }

    [Fact]
    public async Task The_leader_hands_over_before_it_is_removed()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var removed = cluster.Leader;
        await removed.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await removed.Group.RemoveAsync(removed.Id).WaitAsync(Limit);
        await removed.WaitForRoleAsync(RaftRole.Removed);
        var next = await cluster.WaitForLeaderAsync(member => member != removed);
        Assert.Equal("value", await next.ReadLinearizableAsync("key"));
        Assert.DoesNotContain(removed.Id, next.Voters());
    }

    [Fact]
    public async Task An_unreachable_member_is_removed_and_the_rest_goes_on_without_another_one()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (leader, dead) = (cluster.Leader, cluster.Followers.First());
        await dead.StopAsync();
        var replacement = await cluster.StartNewMemberAsync(leader);
        await leader.Group.RemoveAsync(dead.Id).WaitAsync(Limit);
        await replacement.AddToAsync(leader).WaitAsync(Limit);
        await cluster.Followers.First(member => member != replacement).StopAsync();
        await replacement.Group.ProposeAsync(KeyValueTable.Put("key", "two of three"));
        Assert.Equal("two of three", await replacement.ReadLinearizableAsync("key"));
    }

    [Fact]
    public async Task A_removal_after_which_no_majority_could_be_reached_is_refused()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (dead, left) = (cluster.Followers.First(), cluster.Followers.Last());
        await dead.StopAsync();
        var refused = await Assert.ThrowsAsync<MembershipChangeException>(() => left.Group.RemoveAsync(left.Id));
        Assert.Equal(MembershipChangeRefusal.NoMajority, refused.Reason);
        Assert.Contains(dead.Id, refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, left.Voters().Count);

        await left.Group.RemoveAsync(dead.Id);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
    }

    [Fact]
    public async Task The_last_voter_stays()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var only = cluster.Members[0];
        Assert.Equal(MembershipChangeRefusal.LastVoter, (await Assert.ThrowsAsync<MembershipChangeException>(() => only.Group.RemoveAsync(only.Id))).Reason);
        Assert.Equal(MembershipChangeRefusal.LastVoter, (await Assert.ThrowsAsync<MembershipChangeException>(() => only.Group.DemoteAsync(only.Id))).Reason);
        Assert.Equal(MembershipChangeRefusal.NoMember, (await Assert.ThrowsAsync<MembershipChangeException>(() => only.Group.PromoteAsync("nobody"))).Reason);
        await only.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
    }

    [Fact]
    public async Task A_learner_that_lags_is_not_promoted_and_the_error_says_by_how_much()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var leader = cluster.Members[0];
        for (var i = 0; i < 100; i++)
            await leader.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await leader.Group.AddLearnerAsync(TestMember.Peer("member-2"));
        await leader.Group.AddLearnerAsync(TestMember.Peer("member-2"));
        var refused = await Assert.ThrowsAsync<MembershipChangeException>(() => leader.Group.PromoteAsync("member-2"));
        Assert.Equal(MembershipChangeRefusal.Lagging, refused.Reason);
        Assert.InRange(refused.Lag, 100, 200);

        var learner = await cluster.StartNewMemberAsync(leader);
        Assert.Equal("value", await learner.ReadLinearizableAsync("key-99"));
        await learner.AddToAsync(leader).WaitAsync(Limit);
        Assert.Equal(2, leader.Voters().Count);
    }

    [Fact]
    public async Task A_learner_counts_for_no_majority_and_stands_for_no_election()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(3),
            ReadTimeout = TimeSpan.FromSeconds(2),
        });
        var learner = await cluster.StartNewMemberAsync(cluster.Leader);
        await cluster.Leader.Group.AddLearnerAsync(TestMember.Peer(learner.Id));
        await learner.Group.ProposeAsync(KeyValueTable.Put("key", "through a learner"));
        Assert.Equal("through a learner", await learner.ReadLinearizableAsync("key"));
        Assert.Equal(RaftRole.Learner, learner.Group.GetStatus().Role);

        // A voter less is survived, whatever the learner does; a voter more than that is not, for all that the learner has.
        await cluster.Followers.First(member => member != learner).StopAsync();
        await learner.Group.ProposeAsync(KeyValueTable.Put("key", "two of three"));
        await cluster.Leader.StopAsync();
        var left = cluster.Followers.Single(member => member != learner);
        var term = left.Group.GetStatus().Term;
        await Assert.ThrowsAnyAsync<RaftException>(() => left.Group.ProposeAsync(KeyValueTable.Put("key", "one of three")).AsTask());
        Assert.Equal(RaftRole.Learner, learner.Group.GetStatus().Role);
        Assert.Null(left.Group.GetStatus().Leader);
        Assert.InRange(left.Group.GetStatus().Term, term, term);
    }

    [Fact]
    public async Task A_removed_member_learns_it_and_disturbs_nobody()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (leader, removed) = (cluster.Leader, cluster.Followers.First());
        cluster.Network.Isolate(removed.Id, cluster.Ids);
        await leader.Group.RemoveAsync(removed.Id).WaitAsync(Limit);
        var term = leader.Group.GetStatus().Term;

        // It has not seen its removal, misses its leader, and asks for votes until it is told.
        cluster.Network.Heal();
        await removed.WaitForRoleAsync(RaftRole.Removed);
        await removed.StopAsync();
        await removed.StartAsync();
        await removed.WaitForRoleAsync(RaftRole.Removed);
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        Assert.Equal(term, leader.Group.GetStatus().Term);
        Assert.True(leader.IsLeader);

        await removed.AddToAsync(leader).WaitAsync(Limit);
        Assert.Equal("value", await removed.ReadLinearizableAsync("key"));
        await removed.WaitForRoleAsync(RaftRole.Follower);
        Assert.Equal(term, leader.Group.GetStatus().Term);
    }

    /// <summary>Known as the bug of most libraries: replies of the first membership count as progress of the second.</summary>
    [Fact]
    public async Task Late_replies_from_before_a_removal_are_no_progress_after_it()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (leader, member) = (cluster.Leader, cluster.Followers.First());
        await using var load = new WriteLoad(cluster, writers: 1);
        await load.SomeWritesAsync();
        var term = leader.Group.GetStatus().Term;

        // Its replies are on their way while it is removed, wiped and added again, and arrive then.
        cluster.Network.Hang(member.Id);
        await leader.Group.RemoveAsync(member.Id).WaitAsync(Limit);
        cluster.Network.Resume();
        await member.StopAsync();
        member.Wipe();
        await leader.Group.AddLearnerAsync(TestMember.Peer(member.Id)).WaitAsync(Limit);
        var lag = leader.Group.Replica!.Engine.LagOf(member.Id);
        Assert.True(lag >= leader.Group.GetStatus().CommitIndex, $"An empty member is {lag} behind.");
        await member.StartAsync();
        await member.AddToAsync(leader).WaitAsync(Limit);
        await load.SomeWritesAsync();
        await load.EndAsync();
        Assert.Equal(term, leader.Group.GetStatus().Term);
    }

    [Fact]
    public async Task A_change_that_an_isolated_leader_has_begun_is_undone_and_blocks_another_one_until_then()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var deposed = cluster.Leader;
        var (first, second) = (cluster.Followers.First(), cluster.Followers.Last());
        await deposed.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var index = deposed.Group.Replica!.Engine.LastIndex;
        cluster.Network.Hang(deposed.Id);
        var logged = deposed.Group.Replica.Engine.Configuration;
        var lost = deposed.Group.Replica.Engine.ChangeConfigurationAsync(logged.Configuration.Without(first.Id), logged, CancellationToken.None);
        await Eventually.TrueAsync("the change to be in its log", () => deposed.Group.Replica!.Engine.LastIndex > index);
        Assert.DoesNotContain(first.Id, deposed.Voters());
        Assert.Equal(MembershipChangeRefusal.ChangePending, Assert.IsType<MembershipChangeException>(await Record.ExceptionAsync(() => deposed.Group.DemoteAsync(second.Id))).Reason);

        var next = await cluster.WaitForLeaderAsync(member => member != deposed);
        await next.Group.ProposeAsync(KeyValueTable.Put("key", "next"));
        cluster.Network.Resume();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        Assert.Equal("next", await deposed.ReadLinearizableAsync("key"));
        Assert.Equal(3, deposed.Voters().Count);
        Assert.Equal(0, deposed.Group.Replica!.Engine.Configuration.Index);
        await deposed.Group.RemoveAsync(first.Id).WaitAsync(Limit);
    }

    [Fact]
    public async Task A_snapshot_carries_the_members()
    {
        await using var cluster = await TestCluster.StartAsync(1, options => new RaftGroupOptions { Voters = options.Voters, Tables = options.Tables, SnapshotEntries = 100 });
        var first = cluster.Members[0];
        var second = await cluster.StartNewMemberAsync(first);
        await second.AddToAsync(first).WaitAsync(Limit);
        await first.ForgetLogAsync();
        Assert.Equal(2, first.Voters().Count);

        // By the snapshot that is on its own disk, and by one that comes from a peer.
        foreach (var member in cluster.Members)
            await member.StopAsync();
        foreach (var member in cluster.Members)
            await member.StartAsync();
        var leader = await cluster.WaitForLeaderAsync();
        Assert.Equal(2, leader.Voters().Count);
        var third = await cluster.StartNewMemberAsync(leader);
        await third.AddToAsync(leader).WaitAsync(Limit);
        await third.WaitForRoleAsync(RaftRole.Follower);
        Assert.Equal(2, third.Table.Resets);
        Assert.Equal(3, third.Voters().Count);
        await cluster.WaitForLeaderAsync();
        await cluster.ReplicasAreEqualAsync();
    }

    [Fact]
    public async Task A_member_moves_to_another_address_and_stays_who_it_is()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (leader, moved) = (cluster.Leader, cluster.Followers.First());
        cluster.Network.Alias("elsewhere", moved.Id);
        await leader.Group.ReplaceAddressAsync(new RaftPeer(moved.Id, new System.Net.DnsEndPoint("elsewhere", 7))).WaitAsync(Limit);
        await cluster.Followers.First(member => member != moved).StopAsync();
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        Assert.Equal("value", await moved.ReadLinearizableAsync("key"));
        Assert.Equal(new System.Net.DnsEndPoint("elsewhere", 7), leader.Group.GetStatus().Members.Single(member => member.Id == moved.Id).EndPoint);
    }

    /// <summary>The group of four that the promotion made needs three votes, and the promoted member may be the last to hear of it.</summary>
    [Fact]
    public async Task A_promoted_member_that_has_not_heard_of_it_gives_the_vote_that_the_group_needs()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        var promoted = await cluster.StartNewMemberAsync(leader);
        await leader.Group.AddLearnerAsync(TestMember.Peer(promoted.Id));
        await Eventually.TrueAsync("the learner to be ready", () => promoted.Group.Replica!.Engine.IsAdmitted && leader.Group.Replica!.Engine.LagOf(promoted.Id) == 0);
        var learned = leader.Group.Replica!.Engine.Configuration;
        cluster.Network.MuteTo(leader.Id, promoted.Id);
        await leader.Group.Replica.Engine.ChangeConfigurationAsync(
            learned.Configuration.With(learned.Configuration.Find(promoted.Id)! with { Role = RaftMemberRole.Voter }), learned, CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(RaftRole.Learner, promoted.Group.GetStatus().Role);

        await leader.StopAsync();
        var next = await cluster.WaitForLeaderAsync();
        await next.Group.ProposeAsync(KeyValueTable.Put("key", "three of four"));
        await promoted.WaitForRoleAsync(RaftRole.Follower);
    }

    /// <summary>It knows none of the members that the group has by now, but for one that tells it.</summary>
    [Fact]
    public async Task A_member_that_was_away_while_the_others_were_replaced_finds_the_new_ones()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var away = cluster.Followers.First();
        var (kept, replaced) = (cluster.Leader, cluster.Followers.Last());
        await away.StopAsync();
        var replacement = await cluster.StartNewMemberAsync(kept);
        await replacement.AddToAsync(kept).WaitAsync(Limit);
        await kept.Group.RemoveAsync(replaced.Id).WaitAsync(Limit);
        await replaced.StopAsync();
        await Eventually.TrueAsync("the new member to lead", () => TryTransfer(kept, replacement));

        await away.StartAsync();
        await replacement.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        Assert.Equal("value", await away.ReadLinearizableAsync("key"));
        Assert.Contains(replacement.Id, away.Voters());
    }

    private static bool TryTransfer(TestMember from, TestMember to)
    {
        if (!to.IsLeader)
            Record.Exception(() => from.Group.TransferLeadershipAsync(to.Id).GetAwaiter().GetResult());
        return to.IsLeader;
    }
}
