using System.Security.Cryptography;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Snapshots;

/// <summary>A member that is far behind, or hangs, is no burden to the others (SAFETY S6, S7).</summary>
public sealed class SnapshotsAndRoundsTests
{
    private const int StateBytes = 640 << 10;

    private static RaftGroupOptions Slow(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        AppendTimeout = TimeSpan.FromMilliseconds(500),
        SnapshotPartTimeout = TimeSpan.FromMilliseconds(1000),
        SnapshotBytesPerSecond = 384 << 10,
    };

    /// <summary>A member that hangs is missed only after a time in which every write would have failed.</summary>
    private static RaftGroupOptions Patient(RaftGroupOptions options) => new()
    {
        Voters = options.Voters,
        Tables = options.Tables,
        SnapshotEntries = 100,
        AppendTimeout = TimeSpan.FromSeconds(60),
        SnapshotPartTimeout = TimeSpan.FromSeconds(60),
        ProposalTimeout = TimeSpan.FromSeconds(20),
        SnapshotBytesPerSecond = 64 << 10,
    };

    [Fact]
    public async Task S7_A_transfer_slower_than_every_time_out_ends_while_writes_go_on_and_the_leader_stays()
    {
        await using var cluster = await TestCluster.StartAsync(3, Slow);
        var behind = await StartBehindAsync(cluster);
        var (leader, term) = (cluster.Leader, cluster.Leader.Group.GetStatus().Term);
        var written = 0;
        for (; behind.Read("state") is null; written++)
            await leader.Group.ProposeAsync(KeyValueTable.Put("during-" + written, "value"));
        Assert.True(written > 10, $"{written} writes were acknowledged during the transfer");
        Assert.Equal("value", await behind.ReadLinearizableAsync("during-" + (written - 1)));
        Assert.Equal((leader.Id, term), (cluster.Leader.Id, leader.Group.GetStatus().Term));
    }

    [Fact]
    public async Task S7_A_transfer_that_is_cut_again_and_again_ends()
    {
        await using var cluster = await TestCluster.StartAsync(3, Slow);
        var behind = await StartBehindAsync(cluster);
        var leader = cluster.Leader;
        for (var i = 0; i < 4; i++)
        {
            await SomePartsAsync(behind);
            cluster.Network.Break(leader.Id, behind.Id);
        }

        await Eventually.TrueAsync("the snapshot", () => behind.Read("state") is not null);
        Assert.Equal("value", await behind.ReadLinearizableAsync("late"));
    }

    [Fact]
    public async Task A_new_leader_takes_over_while_a_member_is_sent_a_snapshot()
    {
        await using var cluster = await TestCluster.StartAsync(3, Slow);
        var behind = await StartBehindAsync(cluster);
        await SomePartsAsync(behind);
        var (leader, next) = (cluster.Leader, cluster.Followers.Single(member => member != behind));
        await next.Group.TakeSnapshotAsync();
        await leader.Group.TransferLeadershipAsync(next.Id);
        await Eventually.TrueAsync("the other to lead", () => next.IsLeader);
        Assert.Null(behind.Read("state"));
        await next.Group.ProposeAsync(KeyValueTable.Put("late", "by the next leader"));
        await Eventually.TrueAsync("the snapshot", () => behind.Read("state") is not null);
        Assert.Equal("by the next leader", await behind.ReadLinearizableAsync("late"));
    }

    [Fact]
    public async Task A_newer_snapshot_during_a_transfer_is_sent_instead()
    {
        await using var cluster = await TestCluster.StartAsync(3, Slow);
        var behind = await StartBehindAsync(cluster);
        await SomePartsAsync(behind);
        var leader = cluster.Leader;
        await TestState.ForgetLogAsync(leader);
        await Eventually.TrueAsync("the snapshot", () => behind.Read("state") is not null);
        Assert.Equal("value", await behind.ReadLinearizableAsync("late"));
        Assert.Equal(2, behind.Table.Resets);
    }

    [Fact]
    public async Task S6_A_member_that_hangs_while_it_is_sent_entries_does_not_hold_up_clean_up_and_writes()
    {
        await using var cluster = await TestCluster.StartAsync(3, Patient);
        var hung = cluster.Followers.First();
        cluster.Network.Hang(hung.Id);
        var leader = cluster.Leader;
        await TestState.ForgetLogAsync(leader);
        Assert.Equal(CommandStatus.Ok, (await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"))).Status);
        cluster.Network.Resume();
    }

    [Fact]
    public async Task S6_A_member_that_hangs_while_it_is_sent_a_snapshot_does_not_hold_up_clean_up_and_writes()
    {
        await using var cluster = await TestCluster.StartAsync(3, Patient);
        var behind = await StartBehindAsync(cluster);
        await SomePartsAsync(behind);
        cluster.Network.Hang(behind.Id);
        var leader = cluster.Leader;
        await TestState.ForgetLogAsync(leader);
        Assert.Equal(CommandStatus.Ok, (await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"))).Status);
        cluster.Network.Resume();
    }

    /// <summary>A member that lacks what the log no longer has: a state of some size, and a little more.</summary>
    private static async Task<TestMember> StartBehindAsync(TestCluster cluster)
    {
        var behind = cluster.Followers.First();
        await behind.StopAsync();
        var leader = cluster.Leader;
        await leader.Group.ProposeAsync(KeyValueTable.Put("state", Convert.ToBase64String(RandomNumberGenerator.GetBytes(StateBytes))));
        await TestState.ForgetLogAsync(leader);
        await leader.Group.ProposeAsync(KeyValueTable.Put("late", "value"));
        await behind.StartAsync();
        return behind;
    }

    private static Task SomePartsAsync(TestMember member)
    {
        var before = Arrived(member);
        return Eventually.TrueAsync("parts of the snapshot", () => Arrived(member) > before || member.Read("state") is not null);
    }

    private static long Arrived(TestMember member) => new DirectoryInfo(Path.Combine(member.Folder, "groups", "default", "snapshots"))
        .EnumerateFiles("*.sst", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
}
