using Orleans.Replication.Raft.Tests.Cluster;
using OpLog = Orleans.Replication.Raft.OpLogConsensus<
    Orleans.Replication.Raft.Tests.Consensus.Counter, Orleans.Replication.Raft.Tests.Consensus.CounterOperation>;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>Following the states as a member applies them.</summary>
public sealed class SubscriptionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subscriber_on_each_member_gets_every_state_once_and_in_order()
    {
        await using var cluster = await StartAsync(3, kept: 1000);
        var subscribers = cluster.All.Select(consensus => TakeAsync(consensus.Subscribe(), 200)).ToList();
        await Task.WhenAll(cluster.All.Take(2).Select(consensus => AddAsync(consensus, 100)));
        foreach (var updates in await Task.WhenAll(subscribers))
            Assert.Equal(Enumerable.Range(1, 200).Select(i => ((long)i, (long)i, 0L)), updates.Select(u => (u.Revision, u.State.Value, u.Missed)));
    }

    [Fact]
    public async Task A_subscription_begins_when_it_is_asked_for_and_not_when_it_is_first_read()
    {
        await using var cluster = await StartAsync(1);
        var consensus = cluster.All.Single();
        await AddAsync(consensus, 3);
        var subscription = consensus.Subscribe();
        await AddAsync(consensus, 2);
        Assert.Equal([4L, 5L], (await TakeAsync(subscription, 2)).Select(u => u.Revision));
    }

    [Fact]
    public async Task A_subscription_from_a_revision_goes_on_there_after_a_restart_and_on_another_member()
    {
        await using var cluster = await StartAsync(3);
        await AddAsync(cluster.All.First(), 10);
        foreach (var member in cluster.Raft.Members)
            await member.StopAsync(Cancelled);
        foreach (var member in cluster.Raft.Members)
            await cluster.StartAsync(member);
        await cluster.Raft.WaitForLeaderAsync();
        foreach (var consensus in cluster.All)
            Assert.Equal([7L, 8L, 9L, 10L], (await TakeAsync(consensus.Subscribe(6), 4)).Select(u => u.State.Value));
    }

    [Fact]
    public async Task Who_asks_for_states_that_are_not_kept_is_told_how_many_are_missing()
    {
        await using var cluster = await StartAsync(1, kept: 3);
        var consensus = cluster.All.Single();
        await AddAsync(consensus, 10);
        var updates = await TakeAsync(consensus.Subscribe(2), 3);
        Assert.Equal([(8L, 5L), (9L, 0L), (10L, 0L)], updates.Select(u => (u.Revision, u.Missed)));
        Assert.Equal([(8L, 7L), (9L, 0L), (10L, 0L)], (await TakeAsync(consensus.Subscribe(0), 3)).Select(u => (u.Revision, u.Missed)));
    }

    [Fact]
    public async Task A_slow_subscriber_holds_nobody_up_and_is_told_what_it_missed()
    {
        await using var cluster = await StartAsync(1, kept: 5);
        var consensus = cluster.All.Single();
        await using var updates = consensus.Subscribe(0, Cancelled).GetAsyncEnumerator(Cancelled);
        await AddAsync(consensus, 2);
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(1, updates.Current.Revision);
        await AddAsync(consensus, 100);
        var (seen, missed) = (1L, 0L);
        while (updates.Current.Revision < 102)
        {
            Assert.True(await updates.MoveNextAsync());
            seen++;
            missed += updates.Current.Missed;
            Assert.Equal(seen + missed, updates.Current.Revision);
        }

        Assert.True(missed > 0);
    }

    [Fact]
    public async Task A_rollback_is_an_update_like_others()
    {
        await using var cluster = await StartAsync(1);
        var consensus = cluster.All.Single();
        await AddAsync(consensus, 2);
        var subscription = TakeAsync(consensus.Subscribe(), 1);
        await consensus.RollbackAsync(1, Cancelled);
        var update = Assert.Single(await subscription);
        Assert.Equal((3, new Counter(1), RevisionKind.Rollback), (update.Revision, update.State, update.Agreed.Kind));
    }

    [Fact]
    public async Task Cancelling_and_disposing_unsubscribe()
    {
        await using var cluster = await StartAsync(1);
        var consensus = cluster.All.Single();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await using var cancelled = consensus.Subscribe(0, cancel.Token).GetAsyncEnumerator(Cancelled);
        var waiting = cancelled.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        // A loop that is left disposes.
        await AddAsync(consensus, 3);
        Assert.Single(await TakeAsync(consensus.Subscribe(0), 1));
        Assert.Equal(3, (await TakeAsync(consensus.Subscribe(0), 3)).Count);
    }

    [Fact]
    public async Task A_subscription_fails_when_the_member_is_stopped()
    {
        await using var cluster = await StartAsync(1);
        await using var updates = cluster.All.Single().Subscribe(null, Cancelled).GetAsyncEnumerator(Cancelled);
        var waiting = updates.MoveNextAsync().AsTask();
        await cluster.Raft.Members[0].StopAsync(Cancelled);
        await Assert.ThrowsAsync<GroupUnavailableException>(() => waiting);
    }

    private static Task<ConsensusCluster<OpLog, Counter>> StartAsync(int members, int kept = 32) =>
        ConsensusCluster<OpLog, Counter>.StartAsync(members, _ => new("counter", new Counter(0)) { KeptRevisions = kept });

    private static async Task AddAsync(OpLog consensus, int times)
    {
        for (var i = 0; i < times; i++)
            await consensus.CommitOpAsync(new Add(1), Cancelled);
    }

    private static async Task<IReadOnlyList<StateUpdate<Counter>>> TakeAsync(IAsyncEnumerable<StateUpdate<Counter>> updates, int count)
    {
        var taken = new List<StateUpdate<Counter>>();
        await foreach (var update in updates.WithCancellation(Cancelled))
        {
            taken.Add(update);
            if (taken.Count == count)
                break;
        }

        return taken;
    }
}
