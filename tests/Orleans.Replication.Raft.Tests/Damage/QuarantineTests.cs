using System.Text;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>A member whose files are damaged is made whole by its peers, and is nobody until then (SAFETY 10, 12).</summary>
public sealed class QuarantineTests
{
    [Fact]
    public async Task Damage_at_the_start_moves_the_files_aside_and_the_peers_make_the_member_whole()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var member = cluster.Followers.First();
        await member.ReadLinearizableAsync("key");
        await member.StopAsync();
        var log = Path.Combine(member.Folder, "groups", "default", "log");
        Inflicted.On(Path.Combine(log, "checkpoint"), DamageKind.Missing);
        var data = await File.ReadAllBytesAsync(Path.Combine(log, "data", "0"));

        // Without its peers, it is nobody.
        cluster.Network.Isolate(member.Id, cluster.Ids);
        await member.StartAsync();
        var status = member.Group.GetStatus();
        Assert.Equal(RaftRole.Learner, status.Role);
        Assert.Contains("'checkpoint' is missing", status.Quarantine, StringComparison.Ordinal);

        cluster.Network.Heal();
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        await Eventually.TrueAsync("the member to vote", () => member.Group.GetStatus() is { Role: RaftRole.Follower, Quarantine: null });
        var quarantine = Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*").Single();
        Assert.Equal(data, await File.ReadAllBytesAsync(Path.Combine(quarantine, "log", "data", "0")));
        Assert.Contains("'checkpoint' is missing", await File.ReadAllTextAsync(Path.Combine(quarantine, "reason.txt")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Damage_that_is_found_later_does_the_same_without_a_restart(bool leads)
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var member = leads ? cluster.Leader : cluster.Followers.First();
        member.Group.Replica!.Health.Fail("A test's damage.", RaftStorageException.Damage("It is as if a checksum were wrong."));
        await Eventually.TrueAsync("the quarantine", () => Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*").Length == 1);
        await Eventually.TrueAsync("the member to vote again", () => member.Group.GetStatus() is { Role: RaftRole.Follower, Quarantine: null });
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        Assert.Equal(CommandStatus.Ok, (await member.Group.ProposeAsync(KeyValueTable.Put("key", "next"))).Status);
        await cluster.Members.First(other => other != member && !other.IsLeader).StopAsync();
        Assert.Equal("next", await member.ReadLinearizableAsync("key"));
    }

    /// <summary>With the third away, each of them would find a majority without history: a new group, and everything lost.</summary>
    [Fact]
    public async Task Two_damaged_members_do_not_take_one_another_for_a_new_group()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        foreach (var member in cluster.Members)
            await member.ReadLinearizableAsync("key");
        var damaged = cluster.Members.Take(2).ToList();
        foreach (var member in cluster.Members)
            await member.StopAsync();
        foreach (var member in damaged)
            Inflicted.On(Path.Combine(member.Folder, "groups", "default", "log", "checkpoint"), DamageKind.Missing);
        foreach (var member in damaged)
            await member.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => damaged[0].Group.WaitForLeaderAsync(patience.Token));
        Assert.All(damaged, member => Assert.Equal(RaftRole.Learner, member.Group.GetStatus().Role));

        // Nor does a member whose disk was emptied by hand take them for one.
        await damaged[1].StopAsync();
        damaged[1].Wipe();
        await damaged[1].StartAsync();
        using var again = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => damaged[1].Group.WaitForLeaderAsync(again.Token));
    }

    [Fact]
    public async Task A_table_with_a_bug_is_no_damage()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var member = cluster.Followers.First();
        member.Group.Replica!.Health.Fail("A test's bug.", new InvalidOperationException("A bug."));
        Assert.Equal(RaftRole.Stopped, member.Group.GetStatus().Role);
        Assert.Empty(Directory.GetDirectories(Path.Combine(member.Folder, "groups", "default"), "quarantine-*"));
    }

    /// <summary>An iterator that meets damage ends as if there were no more: it has to be asked.</summary>
    [Fact]
    public void Damage_in_a_table_file_is_found_when_it_is_read()
    {
        var folder = Directory.CreateTempSubdirectory("raft-state-").FullName;
        var table = StateKeys.Table("kv");
        using (var written = StateStore.Open(folder))
        {
            var batch = new StateBatch();
            for (var i = 0; i < 1000; i++)
                batch.Set([.. table, .. Encoding.UTF8.GetBytes(i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture))], RecordFormat.Encode(1, new byte[100]));
            written.Commit(batch, new AppliedPosition(1, 1, 1, default));
        }

        var file = Directory.GetFiles(Path.Combine(folder, "1"), "*.sst").Single();
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var state = StateStore.Open(folder);
        var failures = new List<Exception>();
        state.Failed = failures.Add;
        Assert.True(Assert.Throws<RaftStorageException>(() => state.Scan(table).Count()).IsDamage);
        Assert.Single(failures);
        Assert.True(Assert.Throws<RaftStorageException>(() => Enumerable.Range(0, 1000).Select(i => state.Get((byte[])[.. table, .. Encoding.UTF8.GetBytes(i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture))])).Count(value => value is not null)).IsDamage);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The engine's file has no checksum: whether it has voted, and for whom (SAFETY 1).</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    public async Task A_vote_that_the_engines_file_has_forgotten_is_damage(int position)
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var member = cluster.Followers.First();

        // Admitted by its peers, it has a vote in the leader's term.
        await member.StopAsync();
        member.Wipe();
        await member.StartAsync();
        await Eventually.TrueAsync("the member to vote", () => member.Group.GetStatus().Role == RaftRole.Follower);
        await member.StopAsync();
        var vote = Path.Combine(member.Folder, "groups", "default", "log", "state");
        var bytes = await File.ReadAllBytesAsync(vote);
        bytes[position] ^= 1;
        await File.WriteAllBytesAsync(vote, bytes);
        cluster.Network.Isolate(member.Id, cluster.Ids);
        await member.StartAsync();
        Assert.Contains("and the vote on disk is another", member.Group.GetStatus().Quarantine, StringComparison.Ordinal);
    }
}
