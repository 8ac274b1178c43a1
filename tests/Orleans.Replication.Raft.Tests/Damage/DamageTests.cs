using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>What a member finds on its disk is whole, or it does not take part: never an empty log for a lost one, never a second vote (SAFETY 10).</summary>
public sealed class DamageTests
{
    private static RaftGroupOptions Refusing(RaftGroupOptions options) => new() { Voters = options.Voters, Tables = options.Tables, OnDamage = DamagePolicy.Refuse };

    [Theory]
    [InlineData("log/checkpoint", DamageKind.Missing, "'checkpoint' is missing")]
    [InlineData("log/checkpoint", DamageKind.Emptied, "'checkpoint' has 0 bytes")]
    [InlineData("log/checkpoint", DamageKind.Truncated, "'checkpoint' has 10 bytes")]
    [InlineData("log/checkpoint", DamageKind.Zeroed, "'checkpoint' says that the log of format 0 ends at 0")]
    [InlineData("log/state", DamageKind.Missing, "'state' is missing")]
    [InlineData("log/state", DamageKind.Emptied, "'state' has 0 bytes")]
    [InlineData("log/state", DamageKind.Truncated, "'state' has 18 bytes")]
    [InlineData("log", DamageKind.Missing, "'checkpoint' is missing")]
    [InlineData("log/data/0", DamageKind.Missing, "checksum")]
    [InlineData("log/data/0", DamageKind.Zeroed, "checksum")]
    [InlineData("log/metadata/0", DamageKind.Missing, "page 0")]
    [InlineData("log/metadata/0", DamageKind.Zeroed, "checksum")]
    [InlineData("state/current", DamageKind.Missing, "'current' is missing")]
    [InlineData("state/current", DamageKind.Emptied, "does not hold a number")]
    [InlineData("state/1/CURRENT", DamageKind.Missing, "cannot be opened")]
    public async Task A_member_whose_disk_is_damaged_does_not_start_and_says_why(string path, DamageKind kind, string why)
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        for (var i = 0; i < 80; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await member.StopAsync();
        Inflicted.On(Path.Combine(member.Folder, "groups", "default", path), kind);
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => member.StartAsync());
        Assert.True(refused.IsDamage);
        Assert.Contains("restore it from a backup", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message.Replace(member.Folder, string.Empty, StringComparison.Ordinal).Replace("/groups/default/state/", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>With its vote it would forget that it has voted in this term.</summary>
    [Fact]
    public async Task A_member_whose_vote_is_older_than_its_log_does_not_start()
    {
        await using var cluster = await TestCluster.StartAsync(3, Refusing);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var member = cluster.Followers.First();
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        await member.StopAsync();
        Inflicted.On(Path.Combine(member.Folder, "groups", "default", "log", "state"), DamageKind.Zeroed);
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => member.StartAsync());
        Assert.Contains("the vote on disk of term 0", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "it ends at entry 20, and was flushed up to entry")]
    [InlineData(false, "it ends at entry 20, and the state has come to entry")]
    public async Task A_log_that_ends_before_the_state_is_damaged(bool isGuarded, string why)
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var member = cluster.Members[0];
        for (var i = 0; i < 80; i++)
            await member.Group.ProposeAsync(KeyValueTable.Put("key-" + i, "value"));
        await member.StopAsync();
        var checkpoint = Path.Combine(member.Folder, "groups", "default", "log", "checkpoint");
        var bytes = await File.ReadAllBytesAsync(checkpoint);
        foreach (var index in new[] { 4, 12 })
            BitConverter.TryWriteBytes(bytes.AsSpan(index), 20L);
        await File.WriteAllBytesAsync(checkpoint, bytes);
        if (!isGuarded)
            File.Delete(Path.Combine(member.Folder, "groups", "default", "flushed"));
        var refused = await Assert.ThrowsAsync<RaftStorageException>(() => member.StartAsync());
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_member_whose_folder_was_emptied_catches_up_from_its_peers()
    {
        await using var cluster = await TestCluster.StartAsync(3, Refusing);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var member = cluster.Followers.First();
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        await member.StopAsync();
        Inflicted.On(Path.Combine(member.Folder, "groups", "default", "log", "checkpoint"), DamageKind.Missing);
        await Assert.ThrowsAsync<RaftStorageException>(() => member.StartAsync());
        await member.StopAsync();
        member.Wipe();
        await member.StartAsync();
        Assert.Equal("value", await member.ReadLinearizableAsync("key"));
        await Eventually.TrueAsync("the member's admission", () => member.Group.GetStatus().Role == RaftRole.Follower);
    }
}
