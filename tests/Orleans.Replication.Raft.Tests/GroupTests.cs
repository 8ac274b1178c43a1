using System.Buffers.Binary;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests;

public sealed class GroupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_write_is_seen_by_a_linearizable_read_on_every_member(int members)
    {
        await using var cluster = await TestCluster.StartAsync(members);
        foreach (var writer in cluster.Members)
        {
            var result = await writer.Group.ProposeAsync(KeyValueTable.Put("key", "from " + writer.Id));
            Assert.Equal(CommandStatus.Ok, result.Status);
            Assert.True(result.Version > 0);
            foreach (var reader in cluster.Members)
                Assert.Equal("from " + writer.Id, await reader.ReadLinearizableAsync("key"));
        }
    }

    [Fact]
    public async Task Every_member_adds_and_the_counter_counts_each_once()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        const int PerMember = 500;
        var results = await Task.WhenAll(cluster.Members.SelectMany(member =>
            Enumerable.Range(0, PerMember).Select(async _ => (await member.Group.ProposeAsync(KeyValueTable.Add("n"))).Payload)));
        var values = results.Select(payload => BinaryPrimitives.ReadInt64LittleEndian(payload.Span)).Order();
        Assert.Equal(Enumerable.Range(1, 3 * PerMember).Select(i => (long)i), values);
    }
}
