using System.Text;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests;

/// <summary>Watching single records of a replica.</summary>
public sealed class RecordWatchTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wait_ends_when_the_change_can_be_read_on_every_replica()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        foreach (var value in (string[])["1", "2", "3"])
        {
            var watches = cluster.Members.Select(member => member.Group.WatchRecord("kv", Key("a"))).ToList();
            await cluster.Members[0].Group.ProposeAsync(KeyValueTable.Put("a", value), Cancelled);
            foreach (var (member, watch) in cluster.Members.Zip(watches))
            {
                await watch.WaitAsync(Cancelled);
                Assert.Equal(value, member.Read("a"));
                watch.Dispose();
            }
        }
    }

    [Fact]
    public async Task A_change_of_another_record_ends_no_wait()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var group = cluster.Members[0].Group;
        using var watch = group.WatchRecord("kv", Key("a"));
        await group.ProposeAsync(KeyValueTable.Put("b", "1"), Cancelled);
        var waiting = watch.WaitAsync(Cancelled).AsTask();
        Assert.False(waiting.IsCompleted);
        await group.ProposeAsync(KeyValueTable.Put("a", "1"), Cancelled);
        await waiting;
    }

    [Fact]
    public async Task A_watch_of_a_table_hears_of_all_its_records_until_it_ends()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var group = cluster.Members[0].Group;
        var watch = group.WatchTable("kv");
        foreach (var key in (string[])["a", "b", "c"])
        {
            await group.ProposeAsync(KeyValueTable.Put(key, "1"), Cancelled);
            await watch.WaitAsync(Cancelled);
        }

        var waiting = watch.WaitAsync(Cancelled).AsTask();
        watch.Dispose();
        await group.ProposeAsync(KeyValueTable.Put("d", "1"), Cancelled);
        Assert.False(waiting.IsCompleted);
        Assert.Throws<ArgumentException>(() => group.WatchTable("none"));
    }

    [Fact]
    public async Task A_wait_fails_when_the_replica_is_stopped()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        using var watch = cluster.Members[0].Group.WatchRecord("kv", Key("a"));
        var waiting = watch.WaitAsync(Cancelled).AsTask();
        await cluster.Members[0].StopAsync(Cancelled);
        await Assert.ThrowsAsync<GroupUnavailableException>(() => waiting);
        await Assert.ThrowsAsync<GroupUnavailableException>(async () => await watch.WaitAsync(Cancelled));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_begun_again()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var group = cluster.Members[0].Group;
        using var watch = group.WatchRecord("kv", Key("a"));
        using var cancel = new CancellationTokenSource();
        var waiting = watch.WaitAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await group.ProposeAsync(KeyValueTable.Put("a", "1"), Cancelled);
        await watch.WaitAsync(Cancelled);
    }

    private static byte[] Key(string key) => Encoding.UTF8.GetBytes(key);
}
