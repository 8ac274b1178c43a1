using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Tests.Guards;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Leases;

/// <summary>SAFETY S9: reads by the leader's lease, in whole groups.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Election = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_leader_with_a_lease_reads_at_once_and_a_follower_with_one_question_while_no_round_can_be_made()
    {
        await using var cluster = await StartAsync();
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var leader = await HangWithLeaseAsync(cluster);
        var follower = cluster.Followers.First();
        var behindRound = follower.Group.ReadBarrierAsync().AsTask();

        var read = leader.Group.ReadByLeaseAsync(leader, member => member.Read("key"));
        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal("value", await read);
        Assert.Equal("value", await follower.Group.ReadByLeaseAsync(follower, member => member.Read("key")));
        Assert.False(behindRound.IsCompleted);

        cluster.Network.Resume();
        await behindRound;
    }

    [Fact]
    public async Task A_leader_that_was_stopped_in_the_middle_of_a_read_does_not_answer_what_it_has_read()
    {
        await using var cluster = await StartAsync();
        var deposed = await HoldingAsync(cluster);
        await deposed.Group.ProposeAsync(KeyValueTable.Put("key", "before"));
        await HoldingAsync(cluster);
        var reads = new List<string?>();
        var read = Task.Run(() => deposed.Group.ReadByLeaseAsync(deposed, member =>
        {
            reads.Add(member.Read("key"));
            if (reads.Count == 1)
                DeposeAsync(cluster, deposed).GetAwaiter().GetResult();
            return reads[^1];
        }).AsTask());

        await Assert.ThrowsAsync<GroupUnavailableException>(() => read);
        Assert.Equal(["before"], reads);
        Assert.True(deposed.IsLeader, "It has noticed by other means that it does not lead: the test has shown nothing.");
    }

    [Fact]
    public async Task A_leader_that_nobody_answers_has_no_lease_by_the_time_that_another_is_elected()
    {
        await using var cluster = await StartAsync();
        var deposed = await HoldingAsync(cluster);
        await deposed.Group.ProposeAsync(KeyValueTable.Put("key", "before"));
        await DeposeAsync(cluster, deposed);

        Assert.True(deposed.IsLeader, "It has noticed by other means that it does not lead: the test has shown nothing.");
        Assert.False(Engine(deposed).HoldsLease);
        await Assert.ThrowsAsync<GroupUnavailableException>(() => deposed.Group.ReadByLeaseAsync(deposed, member => member.Read("key")).AsTask());
    }

    [Fact]
    public async Task A_leader_whose_clock_jumps_between_the_look_at_it_and_the_read_asks_a_quorum_and_reads_again()
    {
        await using var cluster = await StartAsync();
        var leader = await HoldingAsync(cluster);
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var clock = (SteppedClock)leader.Time;
        clock.Stop();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            await HoldingAsync(cluster);
            var reads = 0;
            var read = leader.Group.ReadByLeaseAsync(leader, member =>
            {
                if (reads++ == 0)
                    clock.Step(TimeSpan.FromSeconds(1));
                return member.Read("key");
            });
            Assert.Equal("value", await read);
            if (reads == 2)
                return;

            // A round that began behind the step has renewed the lease before it was looked at again, which is as good.
        }

        Assert.Fail("No read was made again.");
    }

    [Fact]
    public async Task A_follower_whose_clock_jumps_while_it_asks_asks_a_quorum_and_reads_again()
    {
        await using var cluster = await StartAsync();
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await HoldingAsync(cluster);
        var follower = cluster.Followers.First();
        var reads = 0;
        var read = follower.Group.ReadByLeaseAsync(follower, member =>
        {
            if (reads++ == 0)
                ((SteppedClock)member.Time).Step(TimeSpan.FromSeconds(1));
            return member.Read("key");
        });
        Assert.Equal("value", await read);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task A_lease_has_ended_before_leadership_is_offered_to_another_and_does_not_begin_again_in_the_term()
    {
        await using var cluster = await StartAsync();
        var leader = await HoldingAsync(cluster);
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        ((SteppedClock)leader.Time).Stop();
        await HoldingAsync(cluster);
        var target = cluster.Followers.First();
        var applied = leader.Group.GetStatus().AppliedIndex;
        await Eventually.TrueAsync("the target to have everything", () => target.Group.GetStatus().AppliedIndex >= applied);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Engine(leader).TransferLeadershipAsync(target.Id, new CancellationToken(canceled: true)));
        Assert.True(leader.IsLeader);
        Assert.False(Engine(leader).HoldsLease);
        Assert.Equal("value", await leader.Group.ReadByLeaseAsync(leader, member => member.Read("key")));
    }

    [Fact]
    public async Task A_leader_has_no_lease_before_the_first_entry_of_its_term_is_committed()
    {
        await using var group = await ScriptedGroup.StartAsync();
        var engine = Engine(group.Leader);
        await Eventually.TrueAsync("a lease", () => engine.HoldsLease);
        var term = engine.Term;

        // Entries of this term are acknowledged by nobody. In the next, with its first entry behind them, each needs a message of its own.
        var voters = new[] { group.Second, group.Third, group.Fourth, group.Fifth };
        foreach (var voter in voters)
            voter.Become(AcceptEarlierTerms(group.LastIndex));
        var lost = Enumerable.Range(0, 2).Select(i => group.Leader.Group.ProposeAsync(KeyValueTable.Put("big-" + i, new string('x', ScriptedGroup.MaxBatchBytes))).AsTask()).ToList();
        await Eventually.TrueAsync("another term", () => engine.Term > term && engine.Leader == group.Leader.Id);

        var answers = group.Second.Answers;
        await Eventually.TrueAsync("answers in the new term", () =>
        {
            Assert.False(engine.HoldsLease);
            return group.Second.Answers > answers + 5;
        });
        Assert.NotEqual(RaftRole.Leader, engine.Role);

        foreach (var voter in voters)
            voter.Become(ScriptedVoter.Accept);
        await Eventually.TrueAsync("a lease again", () => engine.HoldsLease);
        await Task.WhenAll(lost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_votes_for_nobody_before_its_promise_is_over_which_it_may_have_given_before_it_was_restarted(bool restarted)
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MinElectionTimeout = TimeSpan.FromMilliseconds(150),
            MaxElectionTimeout = TimeSpan.FromMilliseconds(300),
            VoteTimeout = TimeSpan.FromMilliseconds(100),
        });
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        foreach (var member in cluster.Members)
            await member.StopAsync();
        foreach (var member in cluster.Members)
            member.Time = new SteppedClock();
        var (voter, candidate) = (cluster.Members[0], cluster.Members[1]);
        if (restarted)
        {
            ((SteppedClock)voter.Time).Stop();
            await voter.StartAsync();
        }
        else
        {
            await Task.WhenAll(voter.StartAsync(), candidate.StartAsync());
            if (await cluster.WaitForLeaderAsync() == voter)
                (voter, candidate) = (candidate, voter);
            ((SteppedClock)voter.Time).Stop();
            await HeardFromLeaderAsync(voter, candidate);
            await candidate.StopAsync();
        }

        // The engine has a promise of its own, on a clock of its own: asked for longer than that.
        for (var asked = 0; asked < 40; asked++)
        {
            Assert.False(await IsGrantedAsync(voter, candidate, preVote: true));
            Assert.False(await IsGrantedAsync(voter, candidate, preVote: false));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        ((SteppedClock)voter.Time).Step(TimeSpan.FromMilliseconds(150));
        await Eventually.TrueAsync("the vote", () => IsGrantedAsync(voter, candidate, preVote: false).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task A_member_does_not_vote_for_itself_before_its_promise_is_over()
    {
        await using var cluster = await StartAsync();
        var leader = cluster.Leader;
        var (bound, free) = (cluster.Followers.First(), cluster.Followers.Last());
        ((SteppedClock)bound.Time).Stop();
        ((SteppedClock)free.Time).Stop();
        await HeardFromLeaderAsync(bound, leader);
        await HeardFromLeaderAsync(free, leader);
        ((SteppedClock)free.Time).Step(Election);
        var term = Engine(leader).Term;
        cluster.Network.Silence(leader.Id, cluster.Ids);

        // Its own vote is all that it lacks; the engine asks for it within the longest election.
        for (var looked = 0; looked < 150; looked++)
        {
            Assert.Equal((term, term), (Engine(bound).Term, Engine(free).Term));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        ((SteppedClock)bound.Time).Step(Election);
        await cluster.WaitForLeaderAsync(member => member != leader);
    }

    [Fact]
    public async Task Members_that_have_heard_from_a_leader_elect_no_other_before_their_promise_is_over()
    {
        await using var cluster = await StartAsync();
        var leader = cluster.Leader;
        var followers = cluster.Followers.ToList();
        foreach (var follower in followers)
            ((SteppedClock)follower.Time).Stop();
        var term = Engine(leader).Term;
        foreach (var follower in followers)
            await HeardFromLeaderAsync(follower, leader);
        cluster.Network.Silence(leader.Id, cluster.Ids);

        // They miss it, and ask one another in vain.
        await Eventually.TrueAsync("them to miss their leader", () => followers.All(follower => follower.Group.GetStatus().Leader is null));
        Assert.All(followers, follower => Assert.Equal(term, Engine(follower).Term));
        ((SteppedClock)followers[0].Time).Step(Election);
        ((SteppedClock)followers[1].Time).Step(Election);
        await cluster.WaitForLeaderAsync(member => member != leader);
    }

    private static async Task<TestCluster> StartAsync()
    {
        var cluster = new TestCluster(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MinElectionTimeout = Election,
            AppendTimeout = TimeSpan.FromSeconds(60),
            ReadTimeout = TimeSpan.FromSeconds(3),
        });
        foreach (var member in cluster.Members)
            member.Time = new SteppedClock();
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync()));
        await cluster.WaitForLeaderAsync();
        return cluster;
    }

    /// <summary>A voter that has a log so long, takes entries of earlier terms, and does not answer to those of the leader's own.</summary>
    private static Func<RaftRequest, RaftResponse?> AcceptEarlierTerms(long lastIndex) => request =>
    {
        var append = request.Append;
        if (append.PreviousIndex > lastIndex)
            return new RaftResponse { Term = append.Term, LastIndex = lastIndex };
        if (append.Entries.Any(entry => entry.Term == append.Term))
            return null;
        lastIndex = Math.Max(lastIndex, append.PreviousIndex + append.Entries.Count);
        return ScriptedVoter.Accept(request);
    };

    private static IConsensusEngine Engine(TestMember member) => member.Group.Replica!.Engine;

    private static Task<TestMember> HoldingAsync(TestCluster cluster) =>
        Eventually.GetAsync("a leader with a lease", () => cluster.Members.SingleOrDefault(member => member.IsLeader && Engine(member).HoldsLease));

    /// <summary>All clocks stand, so that the lease lasts and nobody else is elected; then rounds hang.</summary>
    private static async Task<TestMember> HangWithLeaseAsync(TestCluster cluster)
    {
        foreach (var member in cluster.Members)
            ((SteppedClock)member.Time).Stop();
        var leader = await HoldingAsync(cluster);
        foreach (var member in cluster.Members.Where(member => member != leader))
            await HeardFromLeaderAsync(member, leader);
        cluster.Network.HangRounds(leader.Id);
        return leader;
    }

    /// <summary>The leader hangs, the others elect another, and something else is acknowledged.</summary>
    private static async Task DeposeAsync(TestCluster cluster, TestMember leader)
    {
        cluster.Network.Silence(leader.Id, cluster.Ids);
        var next = await cluster.WaitForLeaderAsync(member => member != leader);
        await next.Group.ProposeAsync(KeyValueTable.Put("key", "after"));
    }

    /// <summary>Waits until a member has heard from its leader, after this call began.</summary>
    private static async Task HeardFromLeaderAsync(TestMember member, TestMember leader)
    {
        var written = await leader.Group.ProposeAsync(KeyValueTable.Put("heard", "value"));
        await Eventually.TrueAsync("the member to hear from its leader", () => member.Group.GetReader("kv").TryGet("heard"u8, out var record) && record.Version >= written.Version);
    }

    private static async Task<bool> IsGrantedAsync(TestMember voter, TestMember candidate, bool preVote)
    {
        var engine = Engine(voter);
        var vote = new Vote { Term = engine.Term + (preVote ? 0 : 1), LastIndex = engine.LastIndex + 100, LastTerm = engine.Term };
        var request = preVote ? new RaftRequest { PreVote = vote } : new RaftRequest { Vote = vote };
        using var snapshots = new SnapshotReceiver(voter.Group.Replica!.Snapshots);
        return (await engine.HandleAsync(candidate.Id, request, snapshots, CancellationToken.None)).Result == 1;
    }
}
