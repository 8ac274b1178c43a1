using System.Buffers.Binary;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests;

public sealed class FailoverTests
{
    [Fact]
    public async Task The_majority_goes_on_without_an_isolated_leader_which_serves_no_read_and_acknowledges_no_write()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            ProposalTimeout = TimeSpan.FromSeconds(4),
            ReadTimeout = TimeSpan.FromSeconds(2),
        });
        var deposed = cluster.Leader;
        await deposed.Group.ProposeAsync(KeyValueTable.Put("key", "before"));
        cluster.Network.Isolate(deposed.Id, cluster.Ids);
        var lost = deposed.Group.ProposeAsync(KeyValueTable.Put("key", "lost")).AsTask();
        var unread = deposed.ReadLinearizableAsync("key");

        var next = await cluster.WaitForLeaderAsync(member => member != deposed);
        await next.Group.ProposeAsync(KeyValueTable.Put("key", "after"));
        await Assert.ThrowsAnyAsync<RaftException>(() => lost);
        await Assert.ThrowsAsync<GroupUnavailableException>(() => unread);

        cluster.Network.Heal();
        await cluster.WaitForLeaderAsync();
        foreach (var member in cluster.Members)
            Assert.NotEqual("before", await member.ReadLinearizableAsync("key"));
    }

    [Fact]
    public async Task Increments_that_are_proposed_while_leaders_come_and_go_are_applied_once()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        using var enough = new CancellationTokenSource();
        var adders = cluster.Members.Select(member => AddUntilAsync(member, enough.Token)).ToList();
        for (var i = 0; i < 4; i++)
        {
            var leader = await cluster.WaitForLeaderAsync();
            cluster.Network.Isolate(leader.Id, cluster.Ids);
            await cluster.WaitForLeaderAsync(member => member != leader);
            cluster.Network.Heal();
        }

        await enough.CancelAsync();
        var added = await Task.WhenAll(adders);
        await cluster.Leader.Group.ReadBarrierAsync();
        cluster.Leader.Group.GetReader("kv").TryGet("n"u8, out var record);
        var total = BinaryPrimitives.ReadInt64LittleEndian(record.Value.Span);
        Assert.InRange(total, added.Sum(a => a.Acknowledged), added.Sum(a => a.Acknowledged + a.Unknown));
    }

    /// <summary>SAFETY S4: a new leader knows what is committed only once an entry of its own term is.</summary>
    [Fact]
    public async Task No_linearizable_read_is_stale_after_an_ordinary_failover()
    {
        const int Failovers = 8;
        await using var cluster = await TestCluster.StartAsync(3);
        var stale = 0L;
        for (var i = 0; i < Failovers; i++)
        {
            using var enough = new CancellationTokenSource();
            var acknowledged = 0L;
            var leader = await cluster.WaitForLeaderAsync();
            var writers = Enumerable.Range(0, 16).Select(_ => AddAsync(leader, value => RaiseTo(ref acknowledged, value), enough.Token)).ToList();
            var readers = cluster.Members.Where(member => member != leader)
                .Select(member => CountStaleAsync(member, () => Volatile.Read(ref acknowledged), enough.Token)).ToList();
            var before = Volatile.Read(ref acknowledged);
            await Eventually.TrueAsync("some writes", () => Volatile.Read(ref acknowledged) > before + 200);
            cluster.Network.Isolate(leader.Id, cluster.Ids);
            await cluster.WaitForLeaderAsync(member => member != leader);
            await enough.CancelAsync();
            cluster.Network.Heal();
            await Task.WhenAll(writers);
            stale += (await Task.WhenAll(readers)).Sum();
        }

        Assert.Equal(0, stale);
    }

    /// <summary>The engine's term is raised, and on disk, before it steps down; the commands that wait then are no commands of the next term's leader.</summary>
    [Fact]
    public async Task A_leader_whose_term_is_over_before_it_steps_down_writes_nothing_into_the_next()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        var engine = (DotNextEngine)leader.Group.Replica!.Engine;
        await engine.AuditTrail.UpdateTermAsync(engine.Term + 1, resetLastVote: true);
        await Assert.ThrowsAsync<NotLeaderException>(() => engine.AppendAsync(new byte[10], CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Leadership_goes_to_the_named_member()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        for (var i = 0; i < 3; i++)
        {
            var target = (await cluster.WaitForLeaderAsync()) is var leader ? cluster.Members.First(member => member != leader) : null;
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
            await Eventually.TrueAsync("all to have everything", () => cluster.Members.Select(member => member.Group.GetStatus().AppliedIndex).Distinct().Count() == 1);
            await cluster.Members[i].Group.TransferLeadershipAsync(target!.Id);
            await Eventually.TrueAsync($"{target.Id} to lead", () => target.IsLeader);
        }
    }

    private static async Task<(int Acknowledged, int Unknown)> AddUntilAsync(TestMember member, CancellationToken cancellationToken)
    {
        var (acknowledged, unknown) = (0, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await member.Group.ProposeAsync(KeyValueTable.Add("n"), CancellationToken.None);
                acknowledged++;
            }
            catch (GroupUnavailableException)
            {
            }
            catch (OutcomeUnknownException)
            {
                unknown++;
            }
        }

        return (acknowledged, unknown);
    }

    private static async Task AddAsync(TestMember member, Action<long> acknowledge, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                acknowledge(ValueOf((await member.Group.ProposeAsync(KeyValueTable.Add("n"), cancellationToken)).Payload));
            }
            catch (Exception e) when (e is OperationCanceledException or RaftException)
            {
                // The leader was cut off under the writer: that is the test.
            }
        }
    }

    private static async Task<int> CountStaleAsync(TestMember member, Func<long> acknowledged, CancellationToken cancellationToken)
    {
        var stale = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var least = acknowledged();
            try
            {
                await member.Group.ReadBarrierAsync(CancellationToken.None);
                var value = member.Group.GetReader("kv").TryGet("n"u8, out var record) ? ValueOf(record.Value) : 0;
                if (value < least)
                    stale++;
            }
            catch (GroupUnavailableException)
            {
            }
        }

        return stale;
    }

    private static long ValueOf(ReadOnlyMemory<byte> number) => BinaryPrimitives.ReadInt64LittleEndian(number.Span);

    private static void RaiseTo(ref long target, long value)
    {
        for (var current = Volatile.Read(ref target); current < value; current = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, current);
    }
}
