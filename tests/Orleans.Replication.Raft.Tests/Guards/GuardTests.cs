using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>The guards of SAFETY section 2 that show in a whole group.</summary>
public sealed class GuardTests
{
    [Fact]
    public async Task S5_A_lost_proposal_is_not_taken_for_another_leaders_entry_at_its_index()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(3),
        });
        var deposed = cluster.Leader;
        await deposed.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));
        cluster.Network.Isolate(deposed.Id, cluster.Ids);
        var lost = Enumerable.Range(0, 20).Select(i => deposed.Group.ProposeAsync(KeyValueTable.Put("lost-" + i, "value")).AsTask()).ToList();
        var next = await cluster.WaitForLeaderAsync(member => member != deposed);
        for (var i = 0; i < 20; i++)
            await next.Group.ProposeAsync(KeyValueTable.Put("kept-" + i, "value"));
        cluster.Network.Heal();
        for (var i = 0; i < lost.Count; i++)
        {
            var acknowledged = await lost[i].ContinueWith(task => task.IsCompletedSuccessfully, TaskScheduler.Default);
            if (acknowledged)
                Assert.Equal("value", await next.ReadLinearizableAsync("lost-" + i));
        }
    }

    /// <summary>Sequence numbers repeat from one session to the next as log indexes do from one leader to the next: alone, neither names a command.</summary>
    [Fact]
    public async Task S5_A_command_is_not_finished_by_another_members_command_of_the_same_number()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (waiting, other) = (cluster.Followers.First(), cluster.Followers.Last());
        await waiting.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));
        cluster.Network.Mute(waiting.Id, "group");
        var own = waiting.Group.ProposeAsync(KeyValueTable.Put("own", "value")).AsTask();
        await other.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));
        await other.Group.ProposeAsync(KeyValueTable.Refuse("others"));
        var applied = other.Group.GetStatus().AppliedIndex;
        await Eventually.TrueAsync("the waiting member to apply the other's commands", () => waiting.Group.GetStatus().AppliedIndex >= applied);
        Assert.False(own.IsCompleted);

        cluster.Network.Heal();
        Assert.Equal(CommandStatus.Ok, (await own).Status);
        Assert.Equal("value", waiting.Read("own"));
    }

    [Fact]
    public async Task S8_A_hung_member_does_not_hold_up_an_election()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        cluster.Network.Hang(leader.Id);
        var next = await cluster.WaitForLeaderAsync(member => member != leader);
        Assert.Equal(CommandStatus.Ok, (await next.Group.ProposeAsync(KeyValueTable.Put("key", "value"))).Status);
        cluster.Network.Resume();
        await cluster.WaitForLeaderAsync();
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(3 << 20)]
    [InlineData((1 << 20) + 4096)]
    public void S11_A_log_chunk_that_is_no_power_of_two_is_refused(int bytes)
    {
        var wrong = Assert.Throws<ArgumentException>(() => new TestCluster(1, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            LogChunkBytes = bytes,
        }).Members[0].StartAsync().GetAwaiter().GetResult());
        Assert.Contains("power of two", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S12_Commits_and_flushes_of_a_busy_follower_do_not_meet()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await Task.WhenAll(cluster.Members.SelectMany(member =>
            Enumerable.Range(0, 300).Select(i => member.Group.ProposeAsync(KeyValueTable.Put("key-" + (i % 7), "value")).AsTask())));
        foreach (var member in cluster.Members)
            Assert.Null(member.Group.GetStatus().Fault);
    }

    [Fact]
    public async Task S15_A_refused_command_is_a_result_and_a_table_with_a_bug_takes_the_replica_out_of_service()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        var refused = await member.Group.ProposeAsync(KeyValueTable.Refuse("key"));
        Assert.Equal(CommandStatus.Rejected, refused.Status);
        Assert.Equal("no"u8.ToArray(), refused.Payload.ToArray());
        Assert.Null(member.Read("key"));

        var broken = member.Group.ProposeAsync(KeyValueTable.Throw("key")).AsTask();
        await Eventually.TrueAsync("the replica to go out of service", () => member.Group.GetStatus().Role == RaftRole.Stopped);
        Assert.StartsWith("A committed log entry could not be applied. InvalidOperationException: A table with a bug", member.Group.GetStatus().Fault, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GroupUnavailableException>(() => member.Group.ReadBarrierAsync().AsTask());
        await member.StopAsync();
        await Assert.ThrowsAnyAsync<RaftException>(() => broken);
    }

    [Fact]
    public async Task S16_A_flipped_bit_in_the_log_is_found_at_the_start()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        await member.Group.ProposeAsync(KeyValueTable.Put("key", new string('x', 1000)));
        await member.StopAsync();
        var page = Directory.GetFiles(Path.Combine(member.Folder, "groups", "default", "log", "data")).Single();
        var bytes = await File.ReadAllBytesAsync(page);
        var damaged = bytes.AsSpan().IndexOf(new string('x', 1000).Select(c => (byte)c).ToArray()) + 500;
        bytes[damaged] ^= 0x10;
        await File.WriteAllBytesAsync(page, bytes);
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => member.StartAsync());
        Assert.Contains("checksum", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void S17_Default_time_outs_are_wide_apart_and_votes_are_short()
    {
        var options = new RaftGroupOptions { Voters = [], Tables = [] };
        Assert.True(options.MaxElectionTimeout >= 2 * options.MinElectionTimeout);
        Assert.True(options.VoteTimeout < options.MinElectionTimeout);
        Assert.True(new ClusterTiming(options, standby: false).HeartbeatThreshold < 0.5);
    }

    [Fact]
    public async Task A_candidate_with_a_later_term_is_voted_for_even_when_its_log_is_shorter()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        foreach (var _ in Enumerable.Range(0, 10))
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var voter = cluster.Followers.First();
        foreach (var other in cluster.Members.Where(member => member != voter))
            await other.StopAsync();
        var engine = voter.Group.Replica!.Engine;
        using var receiver = new SnapshotReceiver(voter.Group.Replica.Snapshots);
        var candidate = cluster.Members.First(member => member != voter).Id;
        await Eventually.GetAsync(
            "a vote, once the voter has missed its leader long enough",
            () => engine.HandleAsync(
                candidate,
                new RaftRequest { Vote = new Vote { Term = engine.Term + 1000, LastIndex = 1, LastTerm = engine.Term + 999 } },
                receiver,
                CancellationToken.None).AsTask().GetAwaiter().GetResult() is { Result: 1 } granted ? granted : null);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    public void An_even_number_of_voters_or_more_than_five_is_refused(int voters)
    {
        var wrong = Assert.Throws<ArgumentException>(() => new TestCluster(voters).Members[0].StartAsync().GetAwaiter().GetResult());
        Assert.Contains("1, 3 or 5 members", wrong.Message, StringComparison.Ordinal);
    }
}
