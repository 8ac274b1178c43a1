using System.Text;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Backups;

/// <summary>A stopped group's folder, looked at from outside.</summary>
public sealed class FolderTests
{
    [Fact]
    public async Task A_folder_after_a_snapshot_and_more_writes_is_whole()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        for (var i = 0; i < 100; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await member.Group.TakeSnapshotAsync();
        for (var i = 0; i < 100; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("more-" + i, "value"));
        var inUse = Assert.Throws<RaftStorageException>(() => RaftGroupFolder.Verify(member.Folder, "default"));
        Assert.Contains("another process uses", inUse.Message, StringComparison.Ordinal);
        await member.StopAsync();
        var verified = RaftGroupFolder.Verify(member.Folder, "default");
        Assert.Empty(verified.Problems);
        Assert.Equal(200, verified.Records["kv"]);
        Assert.True(verified.LogEntries >= 100);
        Assert.True(verified.AppliedIndex >= 200);

        // It was only looked at.
        await member.StartAsync();
        await member.Group.WaitForLeaderAsync();
        Assert.Equal("value", member.Read("more-99"));
    }

    [Theory]
    [InlineData("members", "members")]
    [InlineData("log/checkpoint", "log")]
    [InlineData("log/state", "log")]
    [InlineData("log/metadata/0", "Log entry")]
    [InlineData("log/data/0", "Log entry")]
    [InlineData("state/current", "current")]
    [InlineData("state/1/*.sst", "The state")]
    [InlineData("state/1/MANIFEST*", "The state")]
    [InlineData("snapshots/*/*.sst", "The snapshot")]
    [InlineData("snapshots/*/snapshot.json", "snapshot.json")]
    public async Task Damage_in_a_folder_is_found_and_named(string pattern, string named)
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        for (var i = 0; i < 80; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        if (pattern.StartsWith("snapshots", StringComparison.Ordinal))
            await member.Group.TakeSnapshotAsync();
        await member.StopAsync();
        var path = Find(BackupFolder.GroupOf(member.Folder), pattern.Split('/'));
        var bytes = await File.ReadAllBytesAsync(path);
        if (pattern == "log/state")
            bytes = bytes[..20];
        bytes.AsSpan(0, Math.Min(bytes.Length, 2000)).Clear();
        await File.WriteAllBytesAsync(path, bytes);
        var found = RaftGroupFolder.Verify(member.Folder, "default");
        Assert.Contains(found.Problems, problem => problem.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_ends_before_what_was_flushed_is_found()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        await member.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await member.StopAsync();
        var log = Path.Combine(BackupFolder.GroupOf(member.Folder), "log");
        var (_, last) = LogFiles.ReadCheckpoint(log);
        LogFiles.WriteCheckpoint(log, (last - 1, last - 1));
        Assert.Contains($"The log ends at entry {last - 1}, and was flushed up to entry {last}.", RaftGroupFolder.Verify(member.Folder, "default").Problems);
    }

    /// <summary>The layout is the engine's own: this is what holds it.</summary>
    [Fact]
    public async Task The_log_is_read_as_the_engine_wrote_it_also_over_the_ends_of_pages()
    {
        await using var cluster = await TestCluster.StartAsync(1, options => new RaftGroupOptions { Voters = options.Voters, Tables = options.Tables, LogChunkBytes = 64 << 10 });
        var member = cluster.Members[0];
        var keys = new List<string>();
        for (var i = 0; i < 150; i++)
        {
            keys.Add("key-" + i);
            await member.Group.ProposeAsync(KeyValueTable.Put(keys[^1], new string('v', i % 10 == 0 ? 200_000 : i), i % 7 == 0 ? 0 : null));
        }

        var applied = member.Group.GetStatus().AppliedIndex;
        await member.StopAsync();
        var entries = RaftGroupFolder.ReadLog(member.Folder, "default").ToList();
        Assert.Equal(Enumerable.Range(1, (int)applied), entries.Select(entry => (int)entry.Index));
        Assert.All(entries, entry => Assert.Null(entry.Problem));
        Assert.All(entries, entry => Assert.True(entry.Committed));
        var commands = entries.SelectMany(entry => entry.Commands).ToList();
        Assert.Equal("open-session", commands[0].Kind);
        var applies = commands.Skip(1).ToList();
        Assert.Equal(keys, applies.Select(command => Encoding.UTF8.GetString(command.Key.Span)));
        Assert.Equal(Enumerable.Range(1, 150), applies.Select(command => (int)command.Sequence));
        Assert.Equal(200_001, applies[10].PayloadBytes);
        Assert.Equal(0, applies[7].ExpectedVersion);
        Assert.Null(applies[8].ExpectedVersion);
        Assert.All(applies, command => Assert.Equal("kv", command.Table));
        Assert.Equal([5L, 6L], RaftGroupFolder.ReadLog(member.Folder, "default", 5, 6).Select(entry => entry.Index));
    }

    [Fact]
    public async Task A_configuration_in_the_log_is_read_as_the_members_from_then_on()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        await member.Group.AddLearnerAsync(TestMember.Peer("absent"));
        await member.Group.RemoveAsync("absent");
        await member.StopAsync();
        var changes = RaftGroupFolder.ReadLog(member.Folder, "default").Where(entry => entry.Kind == "configuration").ToList();
        Assert.Equal(2, changes.Count);
        Assert.Equal(
            [("absent", RaftMemberRole.Learner), (member.Id, RaftMemberRole.Voter)],
            changes[0].Members.Select(known => (known.Id, known.Role)).Order());
        Assert.All(changes[0].Members, known => Assert.NotEmpty(known.Address));
        Assert.Equal(member.Id, Assert.Single(changes[1].Members).Id);
        Assert.DoesNotContain(RaftGroupFolder.ReadLog(member.Folder, "default"), entry => entry.Kind == "other");
    }

    [Fact]
    public async Task Of_a_damaged_log_the_whole_entries_can_still_be_read()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        for (var i = 0; i < 80; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await member.StopAsync();
        var page = Path.Combine(BackupFolder.GroupOf(member.Folder), "log", "data", "0");
        var bytes = await File.ReadAllBytesAsync(page);
        bytes[bytes.AsSpan().IndexOf("key-40"u8)] ^= 1;
        await File.WriteAllBytesAsync(page, bytes);
        var damaged = Assert.Single(RaftGroupFolder.ReadLog(member.Folder, "default"), entry => entry.Problem is not null);
        Assert.Equal("damaged", damaged.Kind);
        var found = RaftGroupFolder.Verify(member.Folder, "default");
        Assert.StartsWith($"Log entry {damaged.Index}: it differs from its checksum", Assert.Single(found.Problems), StringComparison.Ordinal);
    }

    private static string Find(string folder, string[] pattern) => pattern.Length == 1
        ? Directory.GetFiles(folder, pattern[0]).First()
        : Find(Directory.GetDirectories(folder, pattern[0]).Single(), pattern[1..]);
}
