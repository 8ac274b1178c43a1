using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Tests.Damage;

namespace Orleans.Replication.Raft.Tests.Snapshots;

/// <summary>A snapshot only stands for the state: one that is damaged is replaced by a new one when the state is whole and further than it.</summary>
public sealed class SnapshotDamageTests
{
    [Theory]
    [InlineData("*.sst", DamageKind.TornTail)]
    [InlineData("snapshot.json", DamageKind.FlippedBit)]
    [InlineData("snapshot.json", DamageKind.Missing)]
    public async Task A_snapshot_that_is_found_damaged_at_the_start_is_moved_aside_and_replaced(string file, DamageKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var member = cluster.Followers.First();
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await member.Group.ReadBarrierAsync();
        var damaged = await member.Group.TakeSnapshotAsync();
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "next"));
        await member.Group.ReadBarrierAsync();
        var folder = member.Group.Replica!.Snapshots.Current!.Folder;
        await member.StopAsync();
        Inflicted.On(Directory.GetFiles(folder, file)[0], kind);

        // Its peers are not needed for it.
        cluster.Network.Isolate(member.Id, cluster.Ids);
        await member.StartAsync();
        Assert.Equal(RaftRole.Follower, member.Group.GetStatus().Role);
        Assert.Null(member.Group.GetStatus().Quarantine);
        var current = member.Group.Replica!.Snapshots.Current!;
        Assert.True(current.Index > damaged);
        current.Verify();
        var quarantine = Assert.Single(Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*"));
        Assert.True(Directory.Exists(Path.Combine(quarantine, Path.GetFileName(folder))));
        Assert.Equal("next", member.Read("key"));
        cluster.Network.Heal();
        await cluster.ReplicasAreEqualAsync();
    }

    [Fact]
    public async Task A_snapshot_that_is_found_damaged_when_it_is_sent_is_replaced_and_the_member_gets_the_new_one()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        var member = cluster.Followers.First();
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await member.StopAsync();
        await TestState.ForgetLogAsync(leader);
        var damaged = leader.Group.Replica!.Snapshots.Current!;
        Inflicted.On(Directory.GetFiles(damaged.Folder, "*.sst")[0], DamageKind.FlippedBit);
        member.Wipe();
        await member.StartAsync();
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        var current = leader.Group.Replica!.Snapshots.Current!;
        Assert.NotSame(damaged, current);
        current.Verify();
        await cluster.ReplicasAreEqualAsync();
    }
}
