using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Proposals;

/// <summary>What is asked of a leader that hangs ends with its leadership, not with a time-out.</summary>
public sealed class HungLeaderTests
{
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongBefore = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Proposals_that_wait_for_a_leader_that_hangs_go_to_the_next()
    {
        await using var cluster = await StartAsync();
        var hung = cluster.Leader;
        var follower = cluster.Followers.First();
        await follower.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));

        cluster.Network.Hang(hung.Id);
        // Each fills a message, and together they are more messages than may be on their way at a time.
        var waiting = Enumerable.Range(0, 12).Select(i => follower.Group.ProposeAsync(KeyValueTable.Put("key-" + i, new string('x', 8 << 10))).AsTask());
        var results = await Task.WhenAll(waiting).WaitAsync(LongBefore);

        Assert.All(results, result => Assert.Equal(CommandStatus.Ok, result.Status));
        cluster.Network.Resume();
        await cluster.WaitForLeaderAsync();
        await cluster.ReplicasAreEqualAsync();
    }

    [Fact]
    public async Task Reads_that_wait_for_a_leader_that_hangs_ask_the_next()
    {
        await using var cluster = await StartAsync();
        var hung = cluster.Leader;
        var follower = cluster.Followers.First();
        await follower.Group.ProposeAsync(KeyValueTable.Put("key", "value"));

        cluster.Network.Hang(hung.Id);
        await follower.Group.ReadBarrierAsync().AsTask().WaitAsync(LongBefore);
        await follower.Group.ReadByLeaseAsync(0, _ => 0).AsTask().WaitAsync(LongBefore);

        Assert.Equal("value", follower.Read("key"));
        cluster.Network.Resume();
    }

    /// <summary>With these no answer that is missing is given up on before the test is.</summary>
    private static Task<TestCluster> StartAsync() => TestCluster.StartAsync(3, options => new RaftGroupOptions
    {
        Voters = options.Voters,
        Tables = options.Tables,
        MaxBatchBytes = 4 << 10,
        AppendTimeout = Never,
        ProposalTimeout = Never,
        ReadTimeout = Never,
    });
}
