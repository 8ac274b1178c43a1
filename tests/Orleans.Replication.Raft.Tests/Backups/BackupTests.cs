using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Backups;

public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_under_load_is_a_prefix_of_the_history_with_everything_acknowledged_before()
    {
        const int Writers = 4;
        using var folder = new BackupFolder();
        await using var cluster = await TestCluster.StartAsync(3);
        var acknowledged = new int[Writers];
        using var enough = new CancellationTokenSource();
        var writing = Enumerable.Range(0, Writers).Select(WriteAsync).ToList();
        await Eventually.TrueAsync("some writes", () => acknowledged.All(count => Volatile.Read(ref acknowledged[0]) > 20 && count > 20));
        var before = acknowledged.ToArray();
        var follower = cluster.Followers.First();
        var backup = await folder.BackUpAsync(follower);
        var applied = follower.Group.GetStatus().AppliedIndex;
        await enough.CancelAsync();
        await Task.WhenAll(writing);

        var info = await RaftBackup.ReadInfoAsync(backup);
        Assert.InRange(info.Index, 1, applied);
        await BackupFolder.RestoreAsync(backup, folder["restored"], "member-1", ["member-1"]);
        await using var restored = new TestMember(cluster.Network, "member-1", [TestMember.Peer("member-1")], folder["restored"], options => options);
        await cluster.Members[0].StopAsync();
        await restored.StartAsync();
        await restored.Group.WaitForLeaderAsync();
        for (var writer = 0; writer < Writers; writer++)
        {
            var count = 0;
            while (restored.Read($"{writer}-{count}") is not null)
                count++;
            Assert.True(count >= before[writer], $"Of writer {writer}, {before[writer]} writes were acknowledged before, and {count} are in the backup.");
            Assert.Equal(count, restored.Group.GetReader("kv").Scan(System.Text.Encoding.UTF8.GetBytes($"{writer}-")).Count());
        }

        async Task WriteAsync(int writer)
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put($"{writer}-{i}", "value"));
                acknowledged[writer] = i + 1;
            }
        }
    }

    [Fact]
    public async Task A_whole_backup_is_found_whole()
    {
        using var folder = new BackupFolder();
        await using var cluster = await StartWithRecordsAsync();
        var verified = await RaftBackup.VerifyAsync(await folder.BackUpAsync(cluster.Members[0]));
        Assert.Empty(verified.Problems);
        Assert.Equal(30, verified.Records["kv"]);
        Assert.Equal(1, verified.Sessions);
        Assert.Equal("test", verified.Backup!.Cluster);
        Assert.Equal("default", verified.Backup.Group);
        Assert.Equal(["member-1"], verified.Backup.Voters);
        Assert.Equal(cluster.Members[0].Group.GetStatus().AppliedIndex, verified.Backup.Index);
        Assert.Equal(verified.AppliedIndex, verified.Backup.Index);
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_backup_is_found()
    {
        using var folder = new BackupFolder();
        await using var cluster = await StartWithRecordsAsync();
        var bytes = await File.ReadAllBytesAsync(await folder.BackUpAsync(cluster.Members[0]));
        foreach (var position in PlacesIn(bytes))
        {
            bytes[position] ^= 0x10;
            await File.WriteAllBytesAsync(folder["damaged"], bytes);
            bytes[position] ^= 0x10;
            var found = await RaftBackup.VerifyAsync(folder["damaged"]);
            Assert.False(found.IsWhole, $"A flipped bit in byte {position} of {bytes.Length} was not found.");
        }
    }

    [Fact]
    public async Task A_backup_that_was_cut_anywhere_or_has_more_behind_it_is_found_damaged()
    {
        using var folder = new BackupFolder();
        await using var cluster = await StartWithRecordsAsync();
        var bytes = await File.ReadAllBytesAsync(await folder.BackUpAsync(cluster.Members[0]));
        foreach (var length in PlacesIn(bytes))
        {
            await File.WriteAllBytesAsync(folder["damaged"], bytes[..length]);
            Assert.False((await RaftBackup.VerifyAsync(folder["damaged"])).IsWhole, $"A cut after {length} of {bytes.Length} bytes was not found.");
        }

        await File.WriteAllBytesAsync(folder["damaged"], [.. bytes, 0]);
        Assert.Contains("there is more", Assert.Single((await RaftBackup.VerifyAsync(folder["damaged"])).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_names_the_part_that_is_damaged()
    {
        using var folder = new BackupFolder();
        await using var cluster = await StartWithRecordsAsync();
        var bytes = await File.ReadAllBytesAsync(await folder.BackUpAsync(cluster.Members[0]));
        var options = bytes.AsSpan().IndexOf("[DBOptions]"u8);
        Assert.True(options > 0);
        bytes[options] ^= 1;
        await File.WriteAllBytesAsync(folder["damaged"], bytes);
        var found = await RaftBackup.VerifyAsync(folder["damaged"]);
        Assert.Contains(found.Problems, problem => problem.StartsWith("File 'OPTIONS-", StringComparison.Ordinal) && problem.Contains("differs from its checksum", StringComparison.Ordinal));
        Assert.Contains(found.Problems, problem => problem.Contains("The whole differs", StringComparison.Ordinal));
        Assert.Equal("member-1", found.Backup!.Member);
    }

    [Fact]
    public async Task A_backup_of_another_version_is_refused_by_its_number()
    {
        using var folder = new BackupFolder();
        await using var cluster = await StartWithRecordsAsync();
        var bytes = await File.ReadAllBytesAsync(await folder.BackUpAsync(cluster.Members[0]));
        bytes[8] = 7;
        await File.WriteAllBytesAsync(folder["later"], bytes);
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => RaftBackup.ReadInfoAsync(folder["later"]));
        Assert.Contains("format version 7", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_replaces_no_file_and_leaves_none_behind_when_it_fails()
    {
        using var folder = new BackupFolder();
        await using var cluster = await StartWithRecordsAsync();
        var group = cluster.Members[0].Group;
        await File.WriteAllTextAsync(folder["taken"], "precious");
        await Assert.ThrowsAsync<RaftStorageException>(() => group.BackupAsync(folder["taken"]));
        Assert.Equal("precious", await File.ReadAllTextAsync(folder["taken"]));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group.BackupAsync(folder["cancelled"], cancelled.Token));
        Assert.False(File.Exists(folder["cancelled"]));
        Assert.False(File.Exists(folder["cancelled"] + ".unfinished"));
        Assert.DoesNotContain(
            Directory.GetDirectories(Path.Combine(BackupFolder.GroupOf(cluster.Members[0].Folder), "snapshots")),
            left => Path.GetFileName(left).StartsWith("unfinished", StringComparison.Ordinal));
    }

    private static async Task<TestCluster> StartWithRecordsAsync()
    {
        var cluster = await TestCluster.StartAsync(1);
        for (var i = 0; i < 30; i++)
            await cluster.Members[0].Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        return cluster;
    }

    /// <summary>The beginning and the end byte by byte, every announcement of a file, and samples of what is between.</summary>
    private static IEnumerable<int> PlacesIn(byte[] bytes)
    {
        var places = new SortedSet<int>(Enumerable.Range(0, 40).Concat(Enumerable.Range(bytes.Length - 60, 60)));
        places.UnionWith(Enumerable.Range(0, bytes.Length / 61).Select(i => i * 61));
        foreach (var name in (string[])["CURRENT", "MANIFEST", "OPTIONS", ".sst"])
        {
            var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name));
            places.UnionWith(Enumerable.Range(at - 12, 60));
        }

        return places.Where(place => place >= 0 && place < bytes.Length);
    }
}
