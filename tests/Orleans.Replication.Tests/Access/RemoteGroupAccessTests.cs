using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Access;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Provider;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.Storage.Records;
using Orleans.Replication.Tests.Groups;
using Orleans.Replication.Tests.Silos;
using Orleans.Replication.Tests.Storage;
using Orleans.Replication.Transport;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Access;

/// <summary>A group as the providers of a silo without a replica use it: real doors of a real group, and peers that fail in one way each.</summary>
public sealed class RemoteGroupAccessTests
{
    private static readonly GrainId Grain = GrainId.Create("account", "1");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_that_take_many_responses_come_in_order_and_of_one_moment()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        var keys = Enumerable.Range(0, 60).Select(i => GrainRecordKey.Encode("p", GrainId.Create("a", $"{i:000}"), "s")).ToArray();
        foreach (var key in keys)
            await use.Group.ProposeAsync(new Command(GrainStorageTable.TableName, key, GrainRecord.OfState(new byte[100_000])), Cancelled);

        var prefix = GrainRecordKey.Encode("p", GrainId.Create("a", "000"), "s").AsMemory(0, 4);
        using var all = await use.Group.ReadAsync(GrainStorageTable.TableName, [RecordRange.Prefix(prefix)], Cancelled);
        Assert.Equal(keys.Select(Convert.ToHexString), all.Scan(prefix).Select(row => Convert.ToHexString(row.Key.Span)));
        Assert.All(all.Scan(prefix), row => Assert.Equal(100_002, row.Value.Value.Length));

        // Ranges that overlap give each row once; one with a limit the first ones.
        RecordRange[] ranges = [new(keys[10], keys[20]), new(keys[15], keys[25]), RecordRange.Key(keys[40]), new(keys[50], null, MaxRecords: 2)];
        using var some = await use.Group.ReadAsync(GrainStorageTable.TableName, ranges, Cancelled);
        Assert.Equal(10, some.ScanRange(keys[10], keys[20]).Count());
        Assert.Equal(10, some.ScanRange(keys[15], keys[25]).Count());
        Assert.Equal(2, some.ScanRange(keys[50], null).Count());
        Assert.True(some.TryGet(keys[40], out _));
    }

    [Fact]
    public async Task What_was_not_asked_for_cannot_be_read()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        using var read = await use.Group.ReadAsync(GrainStorageTable.TableName, [RecordRange.Key(new byte[] { 5 }), new(new byte[] { 7 }, new byte[] { 9 })], Cancelled);
        Assert.False(read.TryGet([5], out _));
        Assert.False(read.TryGet([8, 255], out _));
        Assert.Empty(read.Scan(new byte[] { 7 }));
        Assert.Throws<InvalidOperationException>(() => read.TryGet([5, 0], out _));
        Assert.Throws<InvalidOperationException>(() => read.TryGet([9], out _));
        Assert.Throws<InvalidOperationException>(() => read.Scan(default));
        Assert.Throws<InvalidOperationException>(() => read.ScanRange(new byte[] { 7 }, null));
    }

    [Fact]
    public async Task A_grain_state_of_16_MB_is_written_and_read()
    {
        await using var group = await TestGroup.StartAsync(1, new() { MaxCommandBytes = 32 << 20 });
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        var large = new Deposit(new string('x', 16 << 20), 1);
        await member.Storage(TestGroup.Tombstones).WriteStateAsync("s", Grain, new GrainState<Deposit>(large));
        var read = new GrainState<Deposit>();
        await member.Storage(TestGroup.Tombstones).ReadStateAsync("s", Grain, read);
        Assert.Equal(large, read.State);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_of_unknown_outcome_and_grain_storage_says_so()
    {
        await using var fake = await FakeMember.LosingAsync();
        await using var client = GroupDoor.Connect(TimeSpan.FromSeconds(10), fake.Address);
        await using var groups = GroupDoor.Groups(client);
        await Assert.ThrowsAsync<ReplicationOutcomeUnknownException>(async () => await groups.Get("default").ProposeAsync(new Command(ReminderStateTable.TableName, new byte[] { 1 }, ReminderRecord.Removal), Cancelled));
        Assert.Equal(1, fake.Taken);

        await using var group = new TestGroup(1);
        group.Members[0].Access = () => groups.Get("default");
        var error = await Assert.ThrowsAsync<RaftGrainStorageException>(() => group.Members[0].Storage(TestGroup.Tombstones).WriteStateAsync("s", Grain, new GrainState<Deposit>(new("Ada", 1))));
        Assert.True(error.OutcomeUnknown);
    }

    [Fact]
    public async Task A_silo_that_is_lost_amid_the_rows_is_replaced_by_another_one()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await member.CreateReminderTable("s").UpsertRow(new() { GrainId = Grain, ReminderName = "r", Period = TimeSpan.FromMinutes(1) });
        await using var fake = await FakeMember.StartAsync(async (_, stream, cancellationToken) =>
        {
            await stream.Output.WriteAsync(MessageStream.Frame(new AccessResponse { Scan = new ScanReply { Rows = { new Row { Version = 1 } } } }), cancellationToken);
            await Task.Delay(50, cancellationToken);
            stream.Reset();
        });
        await using var door = await GroupDoor.OpenAsync(member, member.Services);

        // Which of the two is asked first is a matter of chance.
        for (var i = 0; i < 50 && fake.Taken == 0; i++)
        {
            await using var client = GroupDoor.Connect(timeout: null, fake.Address, door.Address);
            await using var groups = GroupDoor.Groups(client);
            member.Access = () => groups.Get("default");
            Assert.Single((await member.CreateReminderTable("s").ReadRows(0, 0)).Reminders);
        }

        Assert.True(fake.Taken > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_watch_of_a_journal_goes_on_elsewhere_and_tells_what_may_have_been_missed(int lost)
    {
        await using var group = await TestGroup.StartAsync(3);
        var members = group.Members;
        await using var first = await GroupDoor.OpenAsync(members[0], members[0].Services);
        await using var second = await GroupDoor.OpenAsync(members[1], members[1].Services);
        await using var client = GroupDoor.Connect(timeout: null, first.Address, second.Address);
        await using var groups = GroupDoor.Groups(client);
        var told = 0L;
        var journal = members[2].CreateJournal(Grain);
        using var watch = groups.Get("default").WatchJournal(journal.Key, index => Interlocked.Exchange(ref told, Math.Max(index, Volatile.Read(ref told))));
        var position = await AppendAsync(default);
        await UntilToldAsync();

        // It may be the one that tells, or not: which of the two was asked is a matter of chance.
        await (lost == 0 ? first : second).DisposeAsync();
        for (var i = 0; i < 3; i++)
            position = await AppendAsync(position);
        await UntilToldAsync();

        async Task<JournalPosition> AppendAsync(JournalPosition at) => (await journal.AppendAsync(at, Guid.NewGuid(), [new byte[] { 1 }], Cancelled))!.Value;

        Task UntilToldAsync() => Wait.UntilAsync("the last change is told", () => Task.FromResult(Volatile.Read(ref told) >= position.Version));
    }

    [Fact]
    public async Task The_membership_table_waits_until_a_silo_answers_and_a_stopping_silo_does_not()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await using var closed = await GroupDoor.OpenAsync(member, member.Services);
        var address = closed.Address;
        await closed.DisposeAsync();

        // Nobody is there: initializing goes on waiting.
        var limit = new ShutdownLimit(Options.Create(new RaftReplicationOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(200) }), TimeProvider.System);
        await using var client = GroupDoor.Connect(TimeSpan.FromMilliseconds(300), address);
        await using var groups = GroupDoor.Groups(client);
        member.Access = () => groups.Get("default");
        var self = SiloAddress.New(IPAddress.Loopback, 1, 1);
        var table = member.CreateMembershipTable("c", limit, self);
        using (var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.InitializeMembershipTableAsync(true, cancellation.Token));

        // A silo that stops waits once, and no more.
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        limit.Participate(lifecycle);
        await lifecycle.OnStart();
        await lifecycle.OnStop();
        await Xunit.Record.ExceptionAsync(() => table.ReadAllAsync(Cancelled));
        Assert.True(table.ReadAllAsync(Cancelled).IsFaulted);
    }

    [Fact]
    public async Task Wrong_scans_and_watches_are_refused()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await use.Group.ReadAsync(GrainStorageTable.TableName, [.. Enumerable.Repeat(RecordRange.Key(new byte[] { 1 }), AccessProtocol.MaxRanges + 1)], Cancelled));
        var watch = new AccessRequest { WatchTable = new WatchTableRequest { Table = GrainStorageTable.TableName } };
        await Assert.ThrowsAsync<ArgumentException>(async () => await use.Client.BeginWatchAsync("default", watch, Cancelled));
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await use.Group.ReadAsync("nothing", [], Cancelled));
    }
}
