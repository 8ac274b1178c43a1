using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.Groups;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

public sealed class MembershipTableFaultTests
{
    [Fact]
    public async Task Initializing_waits_for_a_majority_instead_of_failing()
    {
        await using var group = new TestGroup(3, new() { ReadTimeout = TimeSpan.FromMilliseconds(200) });
        await group.Members[0].StartAsync();
        var initialized = group.Members[0].CreateMembershipTable("c").InitializeMembershipTableAsync(true, TestContext.Current.CancellationToken);
        await group.Members[1].StartAsync();
        await initialized;
    }

    [Fact]
    public async Task Initializing_ends_when_the_start_of_the_silo_is_cancelled()
    {
        await using var group = new TestGroup(3);
        await group.Members[0].StartAsync();
        using var cancellation = new CancellationTokenSource();
        var initialized = group.Members[0].CreateMembershipTable("c").InitializeMembershipTableAsync(true, cancellation.Token);
        Assert.False(initialized.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => initialized);
    }

    [Fact]
    public async Task Every_member_sees_a_change_at_once()
    {
        await using var group = await TestGroup.StartAsync(3);
        var tables = group.Members.Select(member => member.CreateMembershipTable("c")).ToArray();
        for (var i = 1; i <= 10; i++)
        {
            var writer = tables[i % 3];
            Assert.True(await writer.InsertRowAsync(Entry(i), (await writer.ReadAllAsync()).Version.Next()));
            foreach (var table in tables)
                Assert.Equal((i, i), ((await table.ReadAllAsync()).Version.Version, (await table.ReadAllAsync()).Members.Count));
        }
    }

    [Fact]
    public async Task The_table_survives_a_restart()
    {
        await using var group = await TestGroup.StartAsync(1);
        var table = group.Members[0].CreateMembershipTable("c");
        Assert.True(await table.InsertRowAsync(Entry(1), (await table.ReadAllAsync()).Version.Next()));
        var before = await table.ReadAllAsync();
        await group.Members[0].StopAsync();
        await group.Members[0].StartAsync();
        await table.InitializeMembershipTableAsync(true);
        Assert.Equal(before.ToString(), (await table.ReadAllAsync()).ToString());
    }

    [Theory]
    [InlineData(ServiceLifecycleStage.Active)]
    [InlineData(ServiceLifecycleStage.RuntimeGrainServices)]
    public async Task A_silo_that_stops_does_not_wait_for_a_lost_majority(int reachedStage)
    {
        var membership = new ClusterMembershipOptions();
        var limit = new ShutdownLimit(Options.Create(new RaftReplicationOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(200) }), TimeProvider.System);
        var retries = new StatusRetries(limit, Options.Create(membership));
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        limit.Participate(lifecycle);
        retries.Participate(lifecycle);
        await using var group = new TestGroup(3, new() { ProposalTimeout = TimeSpan.FromMinutes(1), ReadTimeout = TimeSpan.FromMinutes(1) });
        await group.Members[0].StartAsync();
        var table = group.Members[0].CreateMembershipTable("c", limit);

        // The silo reaches a stage, or fails in it, and stops.
        lifecycle.Subscribe("stage", reachedStage, _ => reachedStage == ServiceLifecycleStage.Active ? Task.CompletedTask : throw new IOException());
        var start = await Record.ExceptionAsync(() => lifecycle.OnStart());
        Assert.Equal(reachedStage == ServiceLifecycleStage.Active, start is null);
        Assert.Equal(TimeSpan.FromMinutes(5), membership.MaxJoinAttemptTime);
        await lifecycle.OnStop();

        Assert.Equal(limit.Timeout, membership.MaxJoinAttemptTime);
        await Assert.ThrowsAsync<TimeoutException>(() => table.ReadAllAsync());
        Assert.True(membership.MaxJoinAttemptTime < limit.Timeout, "The runtime would go on trying.");

        // Having waited once in vain, it does not wait again.
        Assert.True(table.ReadAllAsync().IsFaulted);
        await Assert.ThrowsAsync<TimeoutException>(() => table.UpdateIAmAliveAsync(Entry(1)));
        await Assert.ThrowsAsync<TimeoutException>(() => table.InsertRowAsync(Entry(1), new TableVersion(1, "0")));
    }

    [Fact]
    public async Task Silos_that_stop_at_the_same_moment_all_record_their_end()
    {
        await using var group = await TestGroup.StartAsync(1);
        var limit = new ShutdownLimit(Options.Create(new RaftReplicationOptions()), TimeProvider.System);
        var tables = Enumerable.Range(1, 8).Select(i => group.Members[0].CreateMembershipTable("c", limit, Entry(i).SiloAddress)).ToArray();
        for (var i = 0; i < tables.Length; i++)
            Assert.True(await tables[i].InsertRowAsync(Entry(i + 1), (await tables[i].ReadAllAsync()).Version.Next()));
        var before = await tables[0].ReadAllAsync();
        var rows = Enumerable.Range(1, 8).Select(i => before.TryGet(Entry(i).SiloAddress)!).ToArray();
        Array.ForEach(rows, row => row.Item1.Status = SiloStatus.Dead);

        // As long as the silo runs, a stale version of the table is a conflict.
        Assert.True(await tables[0].UpdateRowAsync(rows[0].Item1, rows[0].Item2, before.Version.Next()));
        Assert.False(await tables[1].UpdateRowAsync(rows[1].Item1, rows[1].Item2, before.Version.Next()));
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        limit.Participate(lifecycle);
        await lifecycle.OnStart();
        await lifecycle.OnStop();

        var recorded = await Task.WhenAll(Enumerable.Range(1, 7).Select(i => tables[i].UpdateRowAsync(rows[i].Item1, rows[i].Item2, before.Version.Next())));
        Assert.All(recorded, Assert.True);
        Assert.Equal(before.Version.Version + 8, (await tables[0].ReadAllAsync()).Version.Version);

        // Somebody else's row, or an own row that has changed meanwhile, stays a conflict.
        Assert.False(await tables[0].UpdateRowAsync(rows[1].Item1, rows[1].Item2, before.Version.Next()));
        Assert.False(await tables[1].UpdateRowAsync(rows[1].Item1, rows[1].Item2, before.Version.Next()));
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_the_silo_stops_is_told_so()
    {
        var limit = new ShutdownLimit(Options.Create(new RaftReplicationOptions { ShutdownTimeout = TimeSpan.FromMinutes(1) }), TimeProvider.System);
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        limit.Participate(lifecycle);
        await lifecycle.OnStart();
        await lifecycle.OnStop();

        await using var group = new TestGroup(3);
        await group.Members[0].StartAsync();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group.Members[0].CreateMembershipTable("c", limit).ReadAllAsync(cancellation.Token));
    }

    private static MembershipEntry Entry(int generation) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, generation),
        Status = SiloStatus.Active,
        SiloName = $"silo {generation}",
        HostName = "host",
    };
}
