using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Changes of the members, restarts and partitions in an order that a seed decides, under load.</summary>
public sealed class RandomChangesTests
{
    private const int Steps = 12;
    private const int MaxMembers = 7;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_happens_to_the_members_nothing_acknowledged_is_lost(int seed)
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(3),
            ReadTimeout = TimeSpan.FromSeconds(30),
            SnapshotEntries = 200,
        });
        await using var load = new WriteLoad(cluster);
        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            var leader = await cluster.WaitForLeaderAsync(IsMember);
            var voters = leader.Voters();
            var chosen = voters[random.Next(voters.Count)];
            var member = cluster.Members.First(member => member.Id == chosen);
            switch (random.Next(6))
            {
                case 0 or 1 when cluster.Members.Count < MaxMembers:
                    var added = await cluster.StartNewMemberAsync([.. cluster.Members.Where(IsMember)]);
                    await TryAsync(() => added.AddToAsync(leader).WaitAsync(TimeSpan.FromSeconds(10)));
                    break;
                case 2 when voters.Count > 2:
                    await TryAsync(() => leader.Group.RemoveAsync(member.Id));
                    break;
                case 3 when voters.Count > 2:
                    await TryAsync(() => leader.Group.DemoteAsync(member.Id));
                    await TryAsync(() => leader.Group.PromoteAsync(member.Id));
                    break;
                case 4:
                    // A change is under way while its leader, or whoever it is about, is cut off.
                    var change = TryAsync(() => leader.Group.DemoteAsync(member.Id));
                    cluster.Network.Isolate(random.Next(2) == 0 ? leader.Id : member.Id, cluster.Ids);
                    await change;
                    cluster.Network.Heal();
                    break;
                default:
                    await member.StopAsync();
                    await member.StartAsync();
                    break;
            }
        }

        cluster.Network.Heal();
        await cluster.WaitForLeaderAsync(IsMember);
        await load.SomeWritesAsync();
        await load.EndAsync(except: [.. cluster.Members.Where(member => !IsMember(member))]);

        // By the word of most: a member that was removed may not know yet.
        bool IsMember(TestMember member) => member.IsRunning && member.Group.GetStatus().Role is not RaftRole.Removed
            && cluster.Members.Where(other => other.IsRunning).MaxBy(other => other.Group.Replica!.Engine.CommittedConfiguration.Index)!
                .Group.Replica!.Engine.CommittedConfiguration.Configuration.Find(member.Id) is not null;
    }

    private static async Task TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (Exception e) when (e is RaftException or TimeoutException or OperationCanceledException)
        {
            // Refused, or not known to be done: either way, the group goes on.
        }
    }
}
