using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Backups;

public sealed class RestoreTests
{
    [Fact]
    public async Task A_restored_state_equals_the_one_that_was_backed_up_versions_and_sessions_included()
    {
        using var folder = new BackupFolder();
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        await WriteAsync(member);
        var backup = await folder.BackUpAsync(member);
        await member.StopAsync();
        await BackupFolder.RestoreAsync(backup, folder["restored"], "member-1", ["member-1"]);
        Assert.Equal(Content(member.Folder), Content(folder["restored"]));
        Assert.Contains(BackupFolder.ReadState(folder["restored"]).Keys, key => StateKeys.IsResult(Convert.FromHexString(key)));
        Assert.Empty(RaftGroupFolder.Verify(folder["restored"], "default").Problems);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_restored_group_starts_and_serves_and_its_versions_go_on(int members)
    {
        using var folder = new BackupFolder();
        string backup;
        long version;
        await using (var cluster = await TestCluster.StartAsync(3))
        {
            version = await WriteAsync(cluster.Leader);
            backup = await folder.BackUpAsync(cluster.Leader);
        }

        await using var restored = new TestCluster(members);
        foreach (var member in restored.Members)
            await BackupFolder.RestoreAsync(backup, member.Folder, member.Id, restored.Ids);
        await Task.WhenAll(restored.Members.Select(member => member.StartAsync()));
        var leader = await restored.WaitForLeaderAsync();
        foreach (var member in restored.Members)
            Assert.Equal("value", await member.ReadLinearizableAsync("key-7"));
        var written = await leader.Group.ProposeAsync(KeyValueTable.Put("key-7", "later"));
        Assert.True(written.Version > version);

        // And once more from what is on the disks now.
        foreach (var member in restored.Members)
            await member.StopAsync();
        await Task.WhenAll(restored.Members.Select(member => member.StartAsync()));
        await restored.WaitForLeaderAsync();
        foreach (var member in restored.Members)
            Assert.Equal("later", await member.ReadLinearizableAsync("key-7"));
    }

    [Fact]
    public async Task A_folder_with_data_is_refused_and_moved_aside_when_told_to()
    {
        using var folder = new BackupFolder();
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        await WriteAsync(member);
        var backup = await folder.BackUpAsync(member);
        var inUse = await Assert.ThrowsAsync<RaftStorageException>(() => BackupFolder.RestoreAsync(backup, member.Folder, member.Id, [member.Id], replace: true));
        Assert.Contains("another process uses", inUse.Message, StringComparison.Ordinal);
        await member.Group.ProposeAsync(KeyValueTable.Put("after", "the backup"));
        await member.StopAsync();
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => BackupFolder.RestoreAsync(backup, member.Folder, member.Id, [member.Id]));
        Assert.Contains("holds data", refused.Message, StringComparison.Ordinal);
        await member.StartAsync();
        await member.Group.WaitForLeaderAsync();
        Assert.Equal("the backup", member.Read("after"));
        await member.StopAsync();

        var restored = await BackupFolder.RestoreAsync(backup, member.Folder, member.Id, [member.Id], replace: true);
        await member.StartAsync();
        await member.Group.WaitForLeaderAsync();
        Assert.Equal("value", member.Read("key-7"));
        Assert.Null(member.Read("after"));
        Assert.True(File.Exists(Path.Combine(restored.MovedTo!, "log", "checkpoint")));
        await member.StopAsync();

        var again = await Assert.ThrowsAsync<RaftStorageException>(() => BackupFolder.RestoreAsync(backup, member.Folder, member.Id, [member.Id], replace: true));
        Assert.Contains("name another incarnation", again.Message, StringComparison.Ordinal);
        var second = await BackupFolder.RestoreAsync(backup, member.Folder, member.Id, [member.Id], replace: true, incarnation: "second");
        Assert.Equal("second", second.Incarnation);
    }

    [Fact]
    public async Task A_damaged_backup_restores_nothing()
    {
        using var folder = new BackupFolder();
        await using var cluster = await TestCluster.StartAsync(1);
        await WriteAsync(cluster.Members[0]);
        var backup = await folder.BackUpAsync(cluster.Members[0]);
        var bytes = await File.ReadAllBytesAsync(backup);
        bytes[^200] ^= 1;
        await File.WriteAllBytesAsync(backup, bytes);
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => BackupFolder.RestoreAsync(backup, folder["new"], "member-1", ["member-1"]));
        Assert.Contains("is damaged, and nothing was restored", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder["new"], "*", SearchOption.AllDirectories));
    }

    /// <summary>Alone it would have forgotten what it promised and acknowledged since.</summary>
    [Fact]
    public async Task A_member_that_is_restored_once_more_alone_votes_only_after_it_has_caught_up()
    {
        using var folder = new BackupFolder();
        string backup;
        await using (var cluster = await TestCluster.StartAsync(1))
        {
            await WriteAsync(cluster.Members[0]);
            backup = await folder.BackUpAsync(cluster.Members[0]);
        }

        await using var restored = new TestCluster(3);
        foreach (var member in restored.Members)
            await BackupFolder.RestoreAsync(backup, member.Folder, member.Id, restored.Ids);
        await Task.WhenAll(restored.Members.Select(member => member.StartAsync()));
        await restored.WaitForLeaderAsync();
        var (knows, behind) = (restored.Followers.First(), restored.Followers.Last());
        await behind.StopAsync();
        await restored.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "on two"));
        Assert.Equal("on two", await knows.ReadLinearizableAsync("key"));
        var gone = restored.Leader;
        await gone.StopAsync();
        await knows.StopAsync();
        Directory.Delete(BackupFolder.GroupOf(knows.Folder), recursive: true);
        await BackupFolder.RestoreAsync(backup, knows.Folder, knows.Id, restored.Ids);

        // The only member that knows of the write is away: no leader may come of the other two.
        await knows.StartAsync();
        await behind.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => knows.Group.WaitForLeaderAsync(patience.Token));
        await gone.StartAsync();
        Assert.Equal("on two", await knows.ReadLinearizableAsync("key"));
        Assert.Equal("on two", await behind.ReadLinearizableAsync("key"));
    }

    /// <summary>The state without what it says of the group that it was: the restored one is another.</summary>
    private static Dictionary<string, string> Content(string folder) => BackupFolder.ReadState(folder)
        .Where(entry => !StateKeys.IsFormerGroup(Convert.FromHexString(entry.Key))).ToDictionary();

    internal static async Task<long> WriteAsync(TestMember member)
    {
        for (var i = 0; i < 30; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await member.Group.ProposeAsync(KeyValueTable.Delete("key-3"));
        await member.Group.ProposeAsync(KeyValueTable.Refuse("key-4"));
        return (await member.Group.ProposeAsync(KeyValueTable.Add("counter"))).Version;
    }
}
