using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Proposals;

public sealed class ProposalLimitsTests
{
    private const int Limit = 10;

    [Fact]
    public async Task More_proposals_than_allowed_are_refused_and_the_places_of_finished_ones_are_free_again()
    {
        await using var cluster = new TestCluster(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MaxQueuedProposals = Limit,
        });
        var alone = cluster.Members[0];
        await alone.StartAsync();
        using var enough = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, Limit).Select(i => alone.Group.ProposeAsync(KeyValueTable.Put("waits-" + i, "value"), enough.Token).AsTask()).ToList();
        var refused = await Assert.ThrowsAsync<GroupBusyException>(() => alone.Group.ProposeAsync(KeyValueTable.Put("refused", "value")).AsTask());
        Assert.Contains("busy: 10 proposals", refused.Message, StringComparison.Ordinal);

        await enough.CancelAsync();
        foreach (var cancelled in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var next = Enumerable.Range(0, Limit).Select(i => alone.Group.ProposeAsync(KeyValueTable.Put("next-" + i, "value")).AsTask()).ToList();
        await Task.WhenAll(cluster.Members.Skip(1).Select(member => member.StartAsync()));
        Assert.All(await Task.WhenAll(next), result => Assert.Equal(CommandStatus.Ok, result.Status));
        Assert.Null(alone.Read("refused"));
    }

    [Fact]
    public async Task More_bytes_than_allowed_are_refused_and_free_again_when_their_proposals_are_finished()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MaxCommandBytes = 2048,
            MaxQueuedBytes = 4096,
            ProposalTimeout = TimeSpan.FromSeconds(20),
        });
        var member = cluster.Followers.First();
        await member.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));
        cluster.Network.Isolate(member.Id, cluster.Ids);
        var large = new string('x', 1500);
        var waiting = Enumerable.Range(0, 2).Select(i => member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, large)).AsTask()).ToList();
        var refused = await Assert.ThrowsAsync<GroupBusyException>(() => member.Group.ProposeAsync(KeyValueTable.Put("c", large)).AsTask());
        Assert.Contains("busy", refused.Message, StringComparison.Ordinal);

        cluster.Network.Heal();
        await Task.WhenAll(waiting);
        Assert.Equal(CommandStatus.Ok, (await member.Group.ProposeAsync(KeyValueTable.Put("c", large))).Status);
    }

    [Fact]
    public async Task Proposals_that_were_cancelled_in_the_queue_of_a_member_without_leader_do_not_pile_up()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MaxQueuedProposals = Limit,
        });
        var member = cluster.Followers.First();
        await member.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));
        cluster.Network.Isolate(member.Id, cluster.Ids);
        await Eventually.TrueAsync("the member to miss its leader", () => member.Group.GetStatus().Leader is null);
        var refused = 0;
        for (var i = 0; i < 5 * Limit; i++)
        {
            using var impatient = new CancellationTokenSource();
            var proposal = member.Group.ProposeAsync(KeyValueTable.Put("given-up-" + i, "value"), impatient.Token).AsTask();
            await impatient.CancelAsync();
            if (await Record.ExceptionAsync(() => proposal) is GroupBusyException)
                refused++;
        }

        Assert.InRange(refused, 1, 5 * Limit);
        cluster.Network.Heal();
        await Eventually.TrueAsync("free places", () => Record.Exception(() => member.Group.ProposeAsync(KeyValueTable.Put("next", "value")).AsTask().Wait()) is null);
    }

    [Fact]
    public async Task A_command_that_is_too_large_or_for_nobody_is_refused_before_anything_is_written()
    {
        await using var cluster = await TestCluster.StartAsync(1, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MaxCommandBytes = 100_000,
        });
        var group = cluster.Members[0].Group;
        await Refused(new Command("other", "key"u8.ToArray(), "p"u8.ToArray()), "has no table 'other'");
        await Refused(new Command("kv", new byte[65537], "p"u8.ToArray()), "65536 are allowed");
        await Refused(new Command("kv", "key"u8.ToArray(), new byte[100_000]), "100000 are allowed");
        await Refused(KeyValueTable.Put("key", "value", expected: -1), "not negative");
        Assert.Equal(CommandStatus.Ok, (await group.ProposeAsync(new Command("kv", new byte[65536], "p"u8.ToArray()))).Status);

        async Task Refused(Command command, string why)
        {
            var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await group.ProposeAsync(command));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The largest version has no successor, which the log's format once could not say: every replica choked on the entry.</summary>
    [Fact]
    public async Task The_largest_expected_version_is_a_mismatch_and_not_the_end_of_the_group()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        var result = await member.Group.ProposeAsync(KeyValueTable.Put("key", "value", expected: long.MaxValue));
        Assert.Equal(CommandStatus.VersionMismatch, result.Status);
        Assert.Null(member.Group.GetStatus().Fault);
    }
}
