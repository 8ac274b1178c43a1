using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests;

public sealed class RestartTests
{
    private static RaftGroupOptions FrequentSnapshots(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        SnapshotEntries = 100,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_group_that_was_stopped_as_a_whole_has_its_state_after_the_start(int members)
    {
        await using var cluster = await TestCluster.StartAsync(members);
        var written = await cluster.Members[0].Group.ProposeAsync(KeyValueTable.Put("key", "kept"));
        foreach (var member in cluster.Members)
            await member.StopAsync();
        foreach (var member in cluster.Members)
            await member.StartAsync();
        await cluster.WaitForLeaderAsync();
        foreach (var member in cluster.Members)
            Assert.Equal("kept", await member.ReadLinearizableAsync("key"));

        // Versions go on where they were.
        var next = await cluster.Members[0].Group.ProposeAsync(KeyValueTable.Put("key", "next"));
        Assert.True(next.Version > written.Version);
    }

    [Fact]
    public async Task A_follower_that_was_away_catches_up_by_the_log()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var follower = cluster.Followers.First();
        await follower.StopAsync();
        for (var i = 0; i < 50; i++)
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await follower.StartAsync();
        Assert.Equal("value", await follower.ReadLinearizableAsync("key-49"));
    }

    [Fact]
    public async Task A_follower_that_was_away_catches_up_by_a_snapshot_when_the_log_is_gone()
    {
        await using var cluster = await TestCluster.StartAsync(3, FrequentSnapshots);
        var follower = cluster.Followers.First();
        await follower.StopAsync();
        await WriteAndForgetLogAsync(cluster, entries: 250);
        await follower.StartAsync();
        Assert.Equal("value", await follower.ReadLinearizableAsync("key-0"));
        Assert.Equal("value", await follower.ReadLinearizableAsync("key-249"));

        // At the start, and by the snapshot.
        Assert.Equal(2, follower.Table.Resets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wiped_follower_catches_up_and_votes_only_afterwards(bool logIsGone)
    {
        await using var cluster = await TestCluster.StartAsync(3, FrequentSnapshots);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("early", "value"));
        var follower = cluster.Followers.First();
        await follower.StopAsync();
        follower.Wipe();
        if (logIsGone)
            await WriteAndForgetLogAsync(cluster, entries: 250);
        await follower.StartAsync();
        Assert.Equal(RaftRole.Learner, follower.Group.GetStatus().Role);
        Assert.Equal("value", await follower.ReadLinearizableAsync("early"));
        await Eventually.TrueAsync("the wiped member's admission", () => follower.Group.GetStatus().Role == RaftRole.Follower);

        // It counts again: with it, the group survives the loss of another member.
        await cluster.Members.First(member => !member.IsLeader && member != follower).StopAsync();
        await cluster.Members.Single(member => member.IsLeader).Group.ProposeAsync(KeyValueTable.Put("late", "value"));
        Assert.Equal("value", await follower.ReadLinearizableAsync("late"));
    }

    [Fact]
    public async Task A_wiped_member_does_not_help_a_member_that_lacks_committed_entries_to_lead()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var (leader, behind) = (cluster.Leader, cluster.Followers.First());
        var witness = cluster.Followers.Last();
        await behind.StopAsync();
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "committed on two"));
        await leader.StopAsync();
        await witness.StopAsync();
        witness.Wipe();

        // The only member that knows of the write is away: no leader may come of the other two.
        await behind.StartAsync();
        await witness.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => witness.Group.WaitForLeaderAsync(patience.Token));

        await leader.StartAsync();
        Assert.Equal("committed on two", await behind.ReadLinearizableAsync("key"));
        Assert.Equal("committed on two", await witness.ReadLinearizableAsync("key"));
    }

    private static async Task WriteAndForgetLogAsync(TestCluster cluster, int entries)
    {
        for (var i = 0; i < entries; i++)
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        foreach (var member in cluster.Members.Where(member => member.IsRunning))
            Assert.True(await member.Group.TakeSnapshotAsync() > 0);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("after", "the snapshot"));
        var leader = cluster.Leader;
        await Eventually.TrueAsync(
            "the log before the snapshot to be deleted",
            () => Directory.GetFiles(Path.Combine(leader.Folder, "groups", "default", "log", "metadata")).All(file => Path.GetFileName(file) != "0"));
    }
}
