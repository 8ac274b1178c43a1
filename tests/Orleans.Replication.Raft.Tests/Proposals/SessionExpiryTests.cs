using System.Buffers.Binary;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Proposals;

public sealed class SessionExpiryTests
{
    /// <summary>A member that was silent for long finds its session gone. Whatever it has sent by then is applied once, in a new session.</summary>
    [Fact]
    public async Task All_commands_of_an_expired_session_are_applied_once_in_a_new_one()
    {
        await using var cluster = new TestCluster(3);
        var clock = new ShiftedTime();
        foreach (var member in cluster.Members)
            member.Time = clock;
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync()));
        await cluster.WaitForLeaderAsync();
        var (silent, busy) = (cluster.Followers.First(), cluster.Leader);
        await silent.Group.ProposeAsync(KeyValueTable.Add("n"));

        // Sessions end when the next one is opened: that of a member which has been started anew.
        clock.Shift(TimeSpan.FromHours(2));
        var other = cluster.Followers.Last();
        await other.StopAsync();
        await other.StartAsync();
        await other.Group.ProposeAsync(KeyValueTable.Put("other", "value"));

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => silent.Group.ProposeAsync(KeyValueTable.Add("n")).AsTask()))
            .WaitAsync(TimeSpan.FromSeconds(8));
        Assert.Equal(
            Enumerable.Range(2, 20).Select(i => (long)i),
            results.Select(result => BinaryPrimitives.ReadInt64LittleEndian(result.Payload.Span)).Order());
        await busy.Group.ReadBarrierAsync();
    }
}
