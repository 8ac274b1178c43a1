using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Proposals;

/// <summary>No caller waits for ever, and each is told the truth.</summary>
public sealed class ProposalEndsTests
{
    private static RaftGroupOptions Impatient(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        ProposalTimeout = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task Without_a_leader_all_callers_are_told_that_nothing_was_written()
    {
        await using var cluster = new TestCluster(3, Impatient);
        var alone = cluster.Members[0];
        await alone.StartAsync();

        // More callers than could be told one after another, each after the other's time-out.
        var waiting = Enumerable.Range(0, 300).Select(i => alone.Group.ProposeAsync(KeyValueTable.Put("key", "value")).AsTask()).ToList();
        var all = Task.WhenAll(waiting.Select(one => Assert.ThrowsAsync<GroupUnavailableException>(() => one)));
        await all.WaitAsync(TimeSpan.FromSeconds(10));

        await Task.WhenAll(cluster.Members.Skip(1).Select(member => member.StartAsync()));
        Assert.Null(await alone.ReadLinearizableAsync("key"));
    }

    [Fact]
    public async Task A_cut_off_member_does_not_know_what_became_of_a_command_that_it_has_put_into_its_log()
    {
        await using var cluster = await TestCluster.StartAsync(3, Impatient);
        var leader = cluster.Leader;
        await leader.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));

        // It leads on until it has missed their answers, and takes the command into its log meanwhile.
        foreach (var follower in cluster.Followers.ToList())
            cluster.Network.Hang(follower.Id);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => leader.Group.ProposeAsync(KeyValueTable.Put("key", "value")).AsTask());
        cluster.Network.Resume();
    }

    [Fact]
    public async Task A_cancelled_caller_is_let_go_at_once()
    {
        await using var cluster = new TestCluster(3);
        var alone = cluster.Members[0];
        await alone.StartAsync();
        using var given = new CancellationTokenSource();
        var proposal = alone.Group.ProposeAsync(KeyValueTable.Put("key", "value"), given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proposal.WaitAsync(TimeSpan.FromSeconds(5)));

        var never = alone.Group.ProposeAsync(KeyValueTable.Put("key", "value"), new CancellationToken(canceled: true)).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public async Task Stopping_a_member_ends_all_its_callers_also_those_that_wait_for_a_session()
    {
        await using var cluster = new TestCluster(3);
        var alone = cluster.Members[0];
        await alone.StartAsync();
        var group = alone.Group;
        var waiting = Enumerable.Range(0, 50).Select(i => group.ProposeAsync(KeyValueTable.Put("key-" + i, "value")).AsTask()).ToList();
        await alone.StopAsync();
        foreach (var caller in waiting)
            await Assert.ThrowsAsync<GroupUnavailableException>(() => caller.WaitAsync(TimeSpan.FromSeconds(5)));
        await Assert.ThrowsAsync<GroupUnavailableException>(async () => await group.ProposeAsync(KeyValueTable.Put("late", "value")));
    }

    [Fact]
    public async Task Stopping_a_leader_ends_its_callers_while_a_crowd_proposes()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        var group = leader.Group;
        using var enough = new CancellationTokenSource();
        var crowd = Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
                await Record.ExceptionAsync(() => group.ProposeAsync(KeyValueTable.Add("n")).AsTask());
        })).ToList();
        await Eventually.TrueAsync("some writes", () => leader.Table.Applied > 100);
        await leader.StopAsync();
        await enough.CancelAsync();
        await Task.WhenAll(crowd).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_node_that_is_stopped_with_a_cancelled_token_is_stopped_nevertheless()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        using var impatient = new CancellationTokenSource();
        await impatient.CancelAsync();
        await leader.StopAsync(impatient.Token);
        await leader.StartAsync();
        await cluster.WaitForLeaderAsync();
    }
}
