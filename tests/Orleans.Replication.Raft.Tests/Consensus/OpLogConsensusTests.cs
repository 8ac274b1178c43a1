using Orleans.Replication.Raft.Tests.Cluster;
using OpLog = Orleans.Replication.Raft.OpLogConsensus<
    Orleans.Replication.Raft.Tests.Consensus.Counter, Orleans.Replication.Raft.Tests.Consensus.CounterOperation>;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>Peers that agree on a log of operations.</summary>
public sealed class OpLogConsensusTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_gives_the_state_that_exactly_it_made()
    {
        // One revision is kept, so that nobody finds an earlier state on the disk.
        await using var cluster = await StartAsync(3, kept: 1);
        var commits = cluster.All.SelectMany(consensus => Enumerable.Range(0, 100).Select(_ => consensus.CommitOpAsync(new Add(1), Cancelled).AsTask())).ToList();
        var agreed = await Task.WhenAll(commits);
        Assert.Equal(Enumerable.Range(1, 300).Select(i => (long)i), agreed.Select(a => a.State.Value).Order());
        Assert.All(agreed, a => Assert.Equal((a.State.Value, RevisionKind.Operation), (a.Revision, a.Kind)));
        foreach (var consensus in cluster.All)
            Assert.Equal((300, new Counter(300)), ((await consensus.GetLogHeadAsync(Cancelled)).Revision, (await consensus.GetLogHeadAsync(Cancelled)).State));
    }

    [Fact]
    public async Task The_first_operation_is_applied_to_the_initial_state_which_cannot_be_read_before()
    {
        await using var cluster = await ConsensusCluster<OpLog, Counter>.StartAsync(1, _ => new("counter", new Counter(100)));
        var consensus = cluster.All.Single();
        await Assert.ThrowsAsync<NoStateException>(async () => await consensus.GetLogHeadAsync(Cancelled));
        Assert.Equal(new Counter(105), (await consensus.CommitOpAsync(new Add(5), Cancelled)).State);
    }

    [Fact]
    public async Task An_operation_gets_the_same_time_seed_and_revision_on_every_member()
    {
        await using var cluster = await StartAsync(3);
        for (var i = 0; i < 5; i++)
            await cluster.All.First().CommitOpAsync(new TakeTime(), Cancelled);
        await cluster.WaitUntilEqualAsync();
        Assert.Single(cluster.Records().Distinct());
    }

    [Fact]
    public async Task A_rollback_makes_the_state_of_an_earlier_revision_the_newest_again()
    {
        await using var cluster = await StartAsync(3);
        var first = cluster.All.First();
        for (var i = 0; i < 5; i++)
            await first.CommitOpAsync(new Add(10), Cancelled);
        var rolledBack = await cluster.All.Last().RollbackAsync(2, Cancelled);
        Assert.Equal((6, new Counter(20), RevisionKind.Rollback), (rolledBack.Revision, rolledBack.State, rolledBack.Kind));
        Assert.Equal(rolledBack, await first.GetLogHeadAsync(Cancelled));
        Assert.Equal(new Counter(21), (await first.CommitOpAsync(new Add(1), Cancelled)).State);
        await cluster.WaitUntilEqualAsync();
        Assert.Single(cluster.Records().Distinct());
    }

    [Fact]
    public async Task A_rollback_to_a_revision_that_is_not_kept_changes_nothing()
    {
        await using var cluster = await StartAsync(3, kept: 3);
        var consensus = cluster.All.First();
        for (var i = 0; i < 5; i++)
            await consensus.CommitOpAsync(new Add(1), Cancelled);
        foreach (var revision in (long[])[0, 2, 6])
        {
            var error = await Assert.ThrowsAsync<RevisionNotKeptException>(async () => await consensus.RollbackAsync(revision, Cancelled));
            Assert.Equal((revision, 3), (error.Revision, error.OldestRevision));
        }

        Assert.Equal((5, new Counter(5)), ((await consensus.GetLogHeadAsync(Cancelled)).Revision, (await consensus.GetLogHeadAsync(Cancelled)).State));
        Assert.Equal(new Counter(3), (await consensus.RollbackAsync(3, Cancelled)).State);
    }

    [Fact]
    public async Task An_operation_that_throws_makes_the_state_inconsistent_on_every_member_until_a_rollback()
    {
        await using var cluster = await StartAsync(3);
        var first = cluster.All.First();
        await first.CommitOpAsync(new Add(7), Cancelled);
        var failed = await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await first.CommitOpAsync(new Fail(), Cancelled));
        Assert.Equal((1, typeof(InvalidOperationException).FullName), (failed.Revision, failed.Failure));
        Assert.Equal("This must not happen.", failed.InnerException?.Message);
        await cluster.WaitUntilEqualAsync();
        Assert.Single(cluster.Records().Distinct());

        foreach (var consensus in cluster.All)
        {
            Assert.Equal(new ConsensusStatus { Revision = 1, OldestRevision = 1, Failure = "System.InvalidOperationException" }, consensus.GetStatus());
            await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await consensus.GetLogHeadAsync(Cancelled));
            await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await consensus.CommitOpAsync(new Add(1), Cancelled));
            await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await consensus.CommitStateAsync(new Counter(1), Cancelled));
        }

        await cluster.All.Last().RollbackAsync(1, Cancelled);
        await cluster.WaitUntilEqualAsync();
        Assert.All(cluster.All, consensus => Assert.False(consensus.GetStatus().IsInconsistent));
        Assert.Equal(new Counter(8), (await first.CommitOpAsync(new Add(1), Cancelled)).State);
    }

    [Fact]
    public async Task The_inconsistent_state_is_known_after_a_restart_and_any_state_can_be_rolled_back_to()
    {
        await using var cluster = await StartAsync(3);

        // Nothing was agreed, so that there is no revision to go back to.
        await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await cluster.All.First().CommitOpAsync(new Fail(), Cancelled));
        foreach (var member in cluster.Raft.Members)
            await member.StopAsync(Cancelled);
        foreach (var member in cluster.Raft.Members)
            await cluster.StartAsync(member);
        await cluster.Raft.WaitForLeaderAsync();
        foreach (var consensus in cluster.All)
            await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await consensus.GetLogHeadAsync(Cancelled));
        var agreed = await cluster.All.First().RollbackToAsync(new Counter(40), Cancelled);
        Assert.Equal((1, RevisionKind.Rollback), (agreed.Revision, agreed.Kind));
        Assert.Equal(new Counter(42), (await cluster.All.Last().CommitOpAsync(new Add(2), Cancelled)).State);
    }

    [Fact]
    public async Task A_state_that_was_changed_in_place_before_the_operation_threw_is_as_it_was()
    {
        await using var cluster = await ConsensusCluster<OpLogConsensus<Names, AddName>, Names>.StartAsync(3, _ => new("names", new Names()));
        var consensus = cluster.All.First();
        var mine = (await consensus.CommitOpAsync(new AddName("a"), Cancelled)).State;
        mine.All.Add("only mine");
        await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await consensus.CommitOpAsync(new AddName("a"), Cancelled));
        await consensus.RollbackAsync(1, Cancelled);
        Assert.Equal(["a", "b"], (await consensus.CommitOpAsync(new AddName("b"), Cancelled)).State.All);
    }

    [Fact]
    public async Task Members_that_keep_different_numbers_of_revisions_have_equal_records()
    {
        await using var cluster = await ConsensusCluster<OpLog, Counter>.StartAsync(3, made => new("counter", new Counter(0)) { KeptRevisions = 2 + (made * 3) });
        foreach (var consensus in cluster.All.Concat(cluster.All))
        {
            for (var i = 0; i < 10; i++)
                await consensus.CommitOpAsync(new Add(1), Cancelled);
        }

        await cluster.WaitUntilEqualAsync();
        Assert.Single(cluster.Records().Distinct());
        Assert.All(cluster.All, consensus => Assert.Equal((60, 53), (consensus.GetStatus().Revision, consensus.GetStatus().OldestRevision)));
    }

    [Fact]
    public async Task Operations_go_on_when_the_leader_is_lost_and_each_counts_once()
    {
        await using var cluster = await StartAsync(3);
        using var enough = new CancellationTokenSource();
        var adders = cluster.All.Select(consensus => AddUntilAsync(consensus, enough.Token)).ToList();
        for (var i = 0; i < 2; i++)
        {
            var leader = await cluster.Raft.WaitForLeaderAsync();
            cluster.Raft.Network.Isolate(leader.Id, cluster.Raft.Ids);
            await cluster.Raft.WaitForLeaderAsync(member => member != leader);
            cluster.Raft.Network.Heal();
        }

        await enough.CancelAsync();
        var added = await Task.WhenAll(adders);
        await cluster.Raft.WaitForLeaderAsync();
        var head = await cluster.All.First().GetLogHeadAsync(Cancelled);
        Assert.InRange(head.State.Value, added.Sum(a => a.Acknowledged), added.Sum(a => a.Acknowledged + a.Unknown));
        Assert.Equal(head.Revision, head.State.Value);
        await cluster.WaitUntilEqualAsync();
        Assert.Single(cluster.Records().Distinct());
    }

    [Fact]
    public async Task A_wiped_member_gets_state_revisions_and_the_inconsistent_flag_by_a_snapshot()
    {
        await using var cluster = await StartAsync(3, kept: 5);
        var wiped = cluster.Raft.Followers.First();
        await wiped.StopAsync(Cancelled);
        wiped.Wipe();
        var writer = cluster.All.First();
        for (var i = 0; i < 150; i++)
            await writer.CommitOpAsync(new Add(1), Cancelled);
        await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await writer.CommitOpAsync(new Fail(), Cancelled));
        foreach (var member in cluster.Raft.Members.Where(member => member.IsRunning))
            Assert.True(await member.Group.TakeSnapshotAsync(Cancelled) > 0);

        // Another table's command: it drops the log before the snapshot, and leaves the flag.
        await cluster.Raft.Leader.Group.ProposeAsync(KeyValueTable.Put("after", "the snapshot"), Cancelled);
        var log = Path.Combine(cluster.Raft.Leader.Folder, "groups", "default", "log", "metadata");
        await Eventually.TrueAsync("the log before the snapshot to be deleted", () => Directory.GetFiles(log).All(file => Path.GetFileName(file) != "0"));

        await cluster.StartAsync(wiped);
        await Assert.ThrowsAsync<InconsistentConsensusException>(async () => await cluster.Of(wiped).GetLogHeadAsync(Cancelled));
        Assert.Equal((150, 146), (cluster.Of(wiped).GetStatus().Revision, cluster.Of(wiped).GetStatus().OldestRevision));

        // At the start, and by the snapshot: it did not come by the log.
        Assert.Equal(2, wiped.Table.Resets);
        Assert.Equal(new Counter(147), (await cluster.Of(wiped).RollbackAsync(147, Cancelled)).State);
    }

    [Fact]
    public async Task An_operation_of_another_type_is_refused_before_it_is_proposed()
    {
        await using var cluster = await StartAsync(1);
        var consensus = cluster.All.Single();
        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await consensus.CommitOpAsync(new Stranger(), Cancelled));
        Assert.Contains(nameof(CounterOperation), error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await consensus.CommitOpAsync(new Unlisted(), Cancelled));
        Assert.Equal(1, (await consensus.CommitOpAsync(new Add(1), Cancelled)).Revision);
    }

    private static Task<ConsensusCluster<OpLog, Counter>> StartAsync(int members, int kept = 32) =>
        ConsensusCluster<OpLog, Counter>.StartAsync(members, _ => new("counter", new Counter(0)) { KeptRevisions = kept });

    private static async Task<(int Acknowledged, int Unknown)> AddUntilAsync(OpLog consensus, CancellationToken enough)
    {
        var (acknowledged, unknown) = (0, 0);
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await consensus.CommitOpAsync(new Add(1), CancellationToken.None);
                acknowledged++;
            }
            catch (GroupUnavailableException)
            {
            }
            catch (OutcomeUnknownException)
            {
                unknown++;
            }
            catch (RevisionNotKeptException)
            {
                // It was made, and this member has it from a snapshot.
                acknowledged++;
            }
        }

        return (acknowledged, unknown);
    }

    private sealed record Stranger : IConsensusOperation<Counter>
    {
        public Counter ApplyTo(Counter state, in ApplyContext context) => state;
    }

    /// <summary>Without its line at the base class, the codec does not know it.</summary>
    private sealed record Unlisted : CounterOperation
    {
        public override Counter ApplyTo(Counter state, in ApplyContext context) => state;
    }
}
