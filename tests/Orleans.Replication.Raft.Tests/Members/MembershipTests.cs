using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Members come and go, and the group stays one.</summary>
public sealed class MembershipTests
{
    [Fact]
    public async Task A_group_of_one_grows_to_three_and_survives_the_loss_of_its_first_member()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var first = cluster.Members[0];
        await first.Group.ProposeAsync(KeyValueTable.Put("early", "value"));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var added = await cluster.StartNewMemberAsync(first);
            await first.Group.AddVoterAsync(TestMember.Peer(added.Id)).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal("value", await added.ReadLinearizableAsync("early"));
        }

        Assert.All(first.Group.GetStatus().Members, member => Assert.Equal(RaftMemberRole.Voter, member.Role));
        await first.StopAsync();
        var next = await cluster.WaitForLeaderAsync();
        await next.Group.ProposeAsync(KeyValueTable.Put("late", "value"));
        await first.StartAsync();
        Assert.Equal("value", await first.ReadLinearizableAsync("late"));
    }
}
