using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Backups;

/// <summary>A member of a group's former life takes no part in the next one, however long its log is.</summary>
public sealed class IncarnationTests
{
    [Fact]
    public async Task A_member_that_was_not_restored_does_not_rejoin_and_brings_nothing_back()
    {
        using var folder = new BackupFolder();
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "backed up"));
        var backup = await folder.BackUpAsync(cluster.Leader);
        for (var i = 0; i < 20; i++)
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "given up"));
        var former = cluster.Followers.Last();
        Assert.Equal("given up", await former.ReadLinearizableAsync("key"));
        foreach (var member in cluster.Members)
            await member.StopAsync();
        var restored = cluster.Members.Where(member => member != former).ToList();
        foreach (var member in restored)
            await BackupFolder.RestoreAsync(backup, member.Folder, member.Id, cluster.Ids, replace: true);

        // It is the first to come, and has the longest log.
        await former.StartAsync();
        foreach (var member in restored)
            await member.StartAsync();
        await cluster.WaitForLeaderAsync(restored.Contains);
        foreach (var member in restored)
            Assert.Equal("backed up", await member.ReadLinearizableAsync("key"));
        await restored[0].Group.ProposeAsync(KeyValueTable.Put("key", "new life"));
        Assert.Equal("given up", former.Read("key"));
        await Assert.ThrowsAsync<GroupUnavailableException>(async () => await former.Group.ReadBarrierAsync());

        // With an empty folder it joins, and takes the new incarnation.
        await former.StopAsync();
        former.Wipe();
        await former.StartAsync();
        Assert.Equal("new life", await former.ReadLinearizableAsync("key"));
        await Eventually.TrueAsync("its admission", () => former.Group.GetStatus().Role == RaftRole.Follower);
        await former.StopAsync();
        await former.StartAsync();
        Assert.Equal("new life", await former.ReadLinearizableAsync("key"));
    }

    [Fact]
    public async Task Members_restored_from_different_backups_do_not_meet()
    {
        using var folder = new BackupFolder();
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "first"));
        var first = await folder.BackUpAsync(cluster.Leader, "first");
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "second"));
        var second = await folder.BackUpAsync(cluster.Leader, "second");
        foreach (var member in cluster.Members)
            await member.StopAsync();
        var one = await BackupFolder.RestoreAsync(first, cluster.Members[0].Folder, cluster.Members[0].Id, cluster.Ids, replace: true);
        var other = await BackupFolder.RestoreAsync(second, cluster.Members[1].Folder, cluster.Members[1].Id, cluster.Ids, replace: true);
        Assert.NotEqual(one.Incarnation, other.Incarnation);
        await cluster.Members[0].StartAsync();
        await cluster.Members[1].StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.Members[0].Group.WaitForLeaderAsync(patience.Token));
    }

    [Fact]
    public async Task A_group_is_rebuilt_from_one_survivor_and_the_former_members_stay_outside()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "kept"));
        var survivor = cluster.Followers.First();
        Assert.Equal("kept", await survivor.ReadLinearizableAsync("key"));
        foreach (var member in cluster.Members)
            await member.StopAsync();
        Assert.Throws<ArgumentException>(() => RaftGroupFolder.Recover(survivor.Folder, "default", acceptDataLoss: false));
        var recovered = RaftGroupFolder.Recover(survivor.Folder, "default", acceptDataLoss: true);
        Assert.Equal(survivor.Id, recovered.Member);
        Assert.Equal(cluster.Ids, recovered.FormerVoters);
        Assert.Throws<RaftStorageException>(() => RaftGroupFolder.Recover(survivor.Folder, "default", acceptDataLoss: true));

        // The others were not lost after all: they are a majority of the former group, and go on as such.
        var others = cluster.Members.Where(member => member != survivor).ToList();
        foreach (var member in others)
            await member.StartAsync();
        await cluster.WaitForLeaderAsync(others.Contains);
        await others[0].Group.ProposeAsync(KeyValueTable.Put("key", "by the former group"));
        await using var alone = new TestMember(cluster.Network, survivor.Id, [TestMember.Peer(survivor.Id)], survivor.Folder, options => options);
        await alone.StartAsync();
        await alone.Group.WaitForLeaderAsync();
        Assert.Equal("kept", await alone.ReadLinearizableAsync("key"));
        await alone.Group.ProposeAsync(KeyValueTable.Put("key", "by the survivor"));
        await others[0].Group.ProposeAsync(KeyValueTable.Put("other", "value"));
        Assert.Equal("by the survivor", alone.Read("key"));
        Assert.Equal("by the former group", await others[1].ReadLinearizableAsync("key"));
        Assert.True(alone.Group.GetStatus().Term >= recovered.Term);
    }

    /// <summary>The survivor was no founder, a founder is gone, and what the log or the snapshot says of the members does not count any more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_that_had_changed_its_members_is_rebuilt_with_the_survivor_alone(bool withSnapshot)
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var founder = cluster.Followers.First();
        var survivor = await cluster.StartNewMemberAsync(cluster.Leader);
        await cluster.Leader.Group.AddVoterAsync(TestMember.Peer(survivor.Id));
        var learner = await cluster.StartNewMemberAsync(cluster.Leader);
        await cluster.Leader.Group.AddLearnerAsync(TestMember.Peer(learner.Id));
        await cluster.Leader.Group.RemoveAsync(founder.Id);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "kept"));
        Assert.Equal("kept", await survivor.ReadLinearizableAsync("key"));
        if (withSnapshot)
            await survivor.Group.TakeSnapshotAsync();
        await survivor.Group.ProposeAsync(KeyValueTable.Put("behind", "kept"));
        var voters = cluster.Leader.Voters();
        foreach (var member in cluster.Members)
            await member.StopAsync();
        var recovered = RaftGroupFolder.Recover(survivor.Folder, "default", acceptDataLoss: true);
        Assert.Equal(survivor.Id, recovered.Member);
        Assert.Equal(voters, recovered.FormerVoters);

        await using var alone = new TestMember(cluster.Network, survivor.Id, [TestMember.Peer(survivor.Id)], survivor.Folder, options => options);
        for (var start = 0; start < 2; start++)
        {
            await alone.StartAsync();
            await alone.Group.WaitForLeaderAsync();
            Assert.Equal([survivor.Id], alone.Group.GetStatus().Members.Select(member => member.Id));
            Assert.Equal(("kept", "kept"), (await alone.ReadLinearizableAsync("key"), await alone.ReadLinearizableAsync("behind")));
            await alone.Group.ProposeAsync(KeyValueTable.Put("start", $"{start}"));
            await alone.StopAsync();
        }

        // It grows again, with whom it likes.
        await alone.StartAsync();
        var fresh = await cluster.StartNewMemberAsync(alone);
        await alone.Group.AddVoterAsync(TestMember.Peer(fresh.Id));
        Assert.Equal("kept", await fresh.ReadLinearizableAsync("key"));
        await fresh.StopAsync();
    }

    [Fact]
    public async Task A_survivor_that_is_damaged_is_not_recovered()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        for (var i = 0; i < 80; i++)
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        var survivor = cluster.Followers.First();
        await survivor.ReadLinearizableAsync("key-79");
        foreach (var member in cluster.Members)
            await member.StopAsync();
        var page = Path.Combine(BackupFolder.GroupOf(survivor.Folder), "log", "data", "0");
        var bytes = await File.ReadAllBytesAsync(page);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(page, bytes);
        var members = await File.ReadAllTextAsync(Path.Combine(BackupFolder.GroupOf(survivor.Folder), "members"));
        var refused = Assert.Throws<RaftStorageException>(() => RaftGroupFolder.Recover(survivor.Folder, "default", acceptDataLoss: true));
        Assert.Contains("differs from its checksum", refused.Message, StringComparison.Ordinal);
        Assert.Equal(members, await File.ReadAllTextAsync(Path.Combine(BackupFolder.GroupOf(survivor.Folder), "members")));
    }
}
