using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests;

/// <summary>Five voters, of which any two may be lost.</summary>
public sealed class FiveVotersTests
{
    [Fact]
    public async Task Five_go_on_without_two_and_not_without_three()
    {
        await using var cluster = await TestCluster.StartAsync(5, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(5),
            ReadTimeout = TimeSpan.FromSeconds(2),
        });
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "with five"));
        var lost = new[] { cluster.Leader, cluster.Followers.First() };
        foreach (var member in lost)
            await member.StopAsync();
        var next = await cluster.WaitForLeaderAsync();
        Assert.Equal("with five", await next.ReadLinearizableAsync("key"));
        await next.Group.ProposeAsync(KeyValueTable.Put("key", "with three"));

        var third = cluster.Followers.First();
        await third.StopAsync();
        var survivor = cluster.Followers.First();
        await Assert.ThrowsAnyAsync<RaftException>(() => survivor.Group.ProposeAsync(KeyValueTable.Put("key", "with two")).AsTask());
        await Assert.ThrowsAsync<GroupUnavailableException>(() => survivor.ReadLinearizableAsync("key"));

        await third.StartAsync();
        foreach (var member in lost)
            await member.StartAsync();
        await cluster.WaitForLeaderAsync();
        foreach (var member in cluster.Members)
            Assert.NotEqual("with five", await member.ReadLinearizableAsync("key"));
    }

    /// <summary>SAFETY S3, as it was found: the answer of a member that takes a snapshot, and then the two members that have the most are lost.</summary>
    [Fact]
    public async Task Nothing_acknowledged_is_lost_with_the_two_best_replicas_while_a_third_takes_a_snapshot()
    {
        await using var cluster = await TestCluster.StartAsync(5, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            SnapshotEntries = 100,
        });
        var leader = cluster.Leader;
        var behind = cluster.Followers.First();
        await behind.StopAsync();
        await WriteUntilLogIsForgottenAsync(leader);

        using var enough = new CancellationTokenSource();
        var acknowledged = new ConcurrentQueue<string>();
        var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(leader, writer, acknowledged, enough.Token)).ToList();
        await Eventually.TrueAsync("some writes", () => acknowledged.Count > 50);
        await behind.StartAsync();
        await Eventually.TrueAsync("the snapshot to be taken", () => behind.Table.Resets > 1); // The first was the start.
        var best = cluster.Followers.Where(member => member != behind).MaxBy(member => member.Group.Replica!.Engine.LastIndex)!;
        cluster.Network.Isolate(leader.Id, cluster.Ids);
        cluster.Network.Isolate(best.Id, cluster.Ids);
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        var next = await cluster.WaitForLeaderAsync(member => member != leader && member != best);
        await next.Group.ReadBarrierAsync();
        Assert.All(acknowledged, key => Assert.Equal("value", next.Read(key)));
    }

    private static async Task WriteAsync(TestMember member, int writer, ConcurrentQueue<string> acknowledged, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}");
            try
            {
                await member.Group.ProposeAsync(KeyValueTable.Put(key, "value"), stop);
                acknowledged.Enqueue(key);
            }
            catch (Exception e) when (e is OperationCanceledException or RaftException)
            {
                // The leader was cut off under the writer: that is the test.
            }
        }
    }

    private static async Task WriteUntilLogIsForgottenAsync(TestMember leader)
    {
        var first = Path.Combine(leader.Folder, "groups", "default", "log", "metadata", "0");
        while (File.Exists(first))
        {
            for (var i = 0; i < 130; i++)
                await leader.Group.ProposeAsync(KeyValueTable.Put("before", "value"));
            Assert.True(await leader.Group.TakeSnapshotAsync() > 0);
            await leader.Group.ProposeAsync(KeyValueTable.Put("after", "the snapshot"));
        }
    }
}
