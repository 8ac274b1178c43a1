using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Proposals;

/// <summary>More than a group can take: it says so at once, keeps no more than its limits allow, and keeps its leader.</summary>
public sealed class OverloadTests
{
    [Fact]
    public async Task Ten_times_the_queue_is_refused_as_busy_beyond_the_limits_and_everything_accepted_is_applied_once()
    {
        const int Queue = 64;
        const int MaxBytes = 128 << 10;
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            MaxQueuedProposals = Queue,
            MaxQueuedBytes = MaxBytes,
            MaxCommandBytes = 32 << 10,
            ProposalTimeout = TimeSpan.FromSeconds(60),
        });
        var term = cluster.Leader.Group.GetStatus().Term;
        var accepted = 0;
        foreach (var member in cluster.Members)
        {
            await member.Group.ProposeAsync(KeyValueTable.Put("warm", "up"));
            var waiting = member.Group;
            var all = Enumerable.Range(0, 10 * Queue).Select(_ => waiting.ProposeAsync(KeyValueTable.Add("count")).AsTask()).ToList();
            var replica = waiting.Replica!;
            Assert.InRange(replica.Proposer.Waiting.Commands, 0, Queue);
            Assert.InRange(replica.Proposer.Waiting.Bytes, 0, MaxBytes);
            var refused = 0;
            foreach (var one in all)
            {
                try
                {
                    Assert.Equal(CommandStatus.Ok, (await one).Status);
                    accepted++;
                }
                catch (GroupBusyException)
                {
                    refused++;
                }
            }

            Assert.InRange(refused, 1, 9 * Queue + Queue);
        }

        var leader = cluster.Members.Single(member => member.IsLeader);
        await leader.Group.ReadBarrierAsync();
        Assert.True(leader.Group.GetReader("kv").TryGet("count"u8, out var counted));
        Assert.Equal(accepted, BitConverter.ToInt64(counted.Value.Span));
        Assert.Equal(term, leader.Group.GetStatus().Term);
    }

    /// <summary>A heartbeat that waits behind a large message is missed by the follower.</summary>
    [Fact]
    public async Task Operations_of_eight_mebibytes_under_load_cost_no_election()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(60),
            MinElectionTimeout = TimeSpan.FromSeconds(1),
            MaxElectionTimeout = TimeSpan.FromSeconds(3),
        });
        var leader = cluster.Leader;
        var term = leader.Group.GetStatus().Term;
        var large = new string('x', (8 << 20) - 100);
        for (var round = 0; round < 2; round++)
        {
            var writes = Enumerable.Range(0, 3).Select(i => leader.Group.ProposeAsync(KeyValueTable.Put("large-" + i, large)).AsTask())
                .Concat(Enumerable.Range(0, 50).Select(i => cluster.Members[i % 3].Group.ProposeAsync(KeyValueTable.Put("small-" + i, "value")).AsTask()));
            Assert.All(await Task.WhenAll(writes), result => Assert.Equal(CommandStatus.Ok, result.Status));
        }

        Assert.True(leader.IsLeader);
        Assert.Equal(term, leader.Group.GetStatus().Term);
    }
}
