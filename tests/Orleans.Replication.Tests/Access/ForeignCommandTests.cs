using CsCheck;
using Google.Protobuf;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.GrainDirectories.Records.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.States;
using Orleans.Replication.Storage.Records;
using Orleans.Replication.Streams.Records;
using Orleans.Replication.Tests.Groups;
using Orleans.Replication.Tests.Storage;
using Orleans.Replication.Transactions.Records;
using Orleans.Replication.Transactions.Records.Wire;

namespace Orleans.Replication.Tests.Access;

/// <summary>What those send to the tables of the providers who hold no replica: good, or not. What a replica cannot run must not get into the log, which takes every one of them out of service.</summary>
public sealed class ForeignCommandTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void What_the_providers_send_can_be_run()
    {
        foreach (var command in ForeignCommandSamples.All)
            Assert.True(CanRun(ForeignCommandSamples.Table(command.Table), command), $"{command.Table}: {Convert.ToHexString(command.Payload.Span)}");
    }

    [Theory]
    [InlineData(MembershipStateTable.TableName)]
    [InlineData(GrainStorageTable.TableName)]
    [InlineData(ReminderStateTable.TableName)]
    [InlineData(DirectoryStateTable.TableName)]
    [InlineData(TransactionStateTable.TableName)]
    [InlineData(JournalTable.TableName)]
    public void Whatever_passes_is_run_by_a_table_in_whatever_state(string name)
    {
        Command[] samples = [.. ForeignCommandSamples.All.Where(command => command.Table == name)];
        CommandMutations.Of(samples).List[1, 40].Sample(
            commands =>
            {
                var table = ForeignCommandSamples.Table(name);
                var model = new TableModel(table);
                foreach (var command in commands)
                {
                    // An exception fails the test, as it would fail the replica.
                    if (CanRun(table, command))
                        model.Run(command);
                }
            },
            iter: 2_000);
    }

    [Fact]
    public async Task Mutated_commands_through_the_door_leave_the_replica_in_service_and_everything_readable()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        var (ran, refused) = (0, 0);
        await CommandMutations.Of(ForeignCommandSamples.All).SampleAsync(
            async command =>
            {
                try
                {
                    await use.Group.ProposeAsync(command, Cancelled);
                    Interlocked.Increment(ref ran);
                }
                catch (ArgumentException)
                {
                    Interlocked.Increment(ref refused);
                }
            },
            iter: 1_500);
        Assert.True(ran > 100 && refused > 100, $"{ran} commands were run, {refused} were refused.");
        Assert.Null(member.Group.GetStatus().Fault);

        // And whoever reads can read all that is there now.
        await member.CreateMembershipTable(ForeignCommandSamples.ClusterId).ReadAllAsync(Cancelled);
        await member.CreateReminderTable(ForeignCommandSamples.ServiceId).ReadRows(0, 0);
        await member.CreateGrainDirectory(ForeignCommandSamples.Provider).Lookup(ForeignCommandSamples.Grain);
        Assert.Equal(CommandStatus.Ok, (await use.Group.ProposeAsync(ForeignCommandSamples.All[^1], Cancelled)).Status);
    }

    [Fact]
    public async Task Commands_that_would_end_a_replica_or_hurt_its_readers_are_refused_at_the_door()
    {
        await using var group = await TestGroup.StartAsync(1);
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        foreach (var command in Bad())
        {
            var error = await Record.ExceptionAsync(async () => await use.Group.ProposeAsync(command, Cancelled));
            Assert.True(error is ArgumentException, $"{command.Table} {Convert.ToHexString(command.Key.Span)} {Convert.ToHexString(command.Payload.Span)}: {error}");
        }

        Assert.Null(member.Group.GetStatus().Fault);
    }

    [Fact]
    public async Task Tables_that_are_not_the_providers_are_closed()
    {
        await using var group = await TestGroup.StartAsync(1, new() { Reminders = new ClosedTable() });
        var member = group.Members[0];
        await using var use = await RemoteUse.BeginAsync(member, timeout: null, member);
        foreach (var table in new[] { StreamPositionTable.TableName, ReminderStateTable.TableName, StatesTable.TableName })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await use.Group.ProposeAsync(new Command(table, new byte[] { 1 }, StreamPositionTable.Encode(1)), Cancelled));
            await Assert.ThrowsAsync<ArgumentException>(async () => await use.Group.ReadAsync(table, [RecordRange.Prefix(default)], Cancelled));
        }

        var missing = await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await use.Group.ProposeAsync(new Command("durable-journals", new byte[] { 1 }, new byte[] { 1 }), Cancelled));
        Assert.Contains("has no table 'durable-journals'", missing.Message, StringComparison.Ordinal);
        Assert.Null(member.Group.GetStatus().Fault);
    }

    private static bool CanRun(IReplicatedTable table, Command command) => ((IForeignCommands)table).CanRun(command.Key.Span, command.Payload);

    private static IEnumerable<Command> Bad()
    {
        foreach (var good in ForeignCommandSamples.All)
        {
            yield return good with { Payload = Array.Empty<byte>() };
            yield return good with { Payload = (byte[])[(byte)(good.Payload.Span[0] + 1), .. good.Payload.Span[1..]] };
            yield return good with { Key = Array.Empty<byte>() };
            yield return good with { Key = (byte[])[0xFF, 0xFF, .. good.Key.Span] };
        }

        // Keys of other records of the same table: a header is read there, or a whole service is below it.
        var state = TransactionKeys.Header("p", ForeignCommandSamples.Grain, "state");
        var change = TransactionFormat.Encode(new StateChange());
        yield return new(TransactionStateTable.TableName, TransactionKeys.Prepared(state, 1), change);
        yield return new(TransactionStateTable.TableName, TransactionKeys.Prepared(state, 0x0101), change);
        yield return new(TransactionStateTable.TableName, TransactionKeys.Committed(state), change);
        yield return new(JournalTable.TableName, JournalKeys.Event(JournalKeys.Header("p", ForeignCommandSamples.Grain), 0x0101), JournalFormat.Clear);
        yield return new(ReminderStateTable.TableName, new ReminderKeys("s").OfGrain(ForeignCommandSamples.Grain), ReminderRecord.Clearing);
        yield return new(TransactionStateTable.TableName, state, TransactionFormat.Encode(new StateChange { AbortAfter = -1 }));

        // A key that is none any more once a silo's name is part of it.
        var longest = new byte[(64 << 10) - 2];
        DirectoryKeys.Entry("p", ForeignCommandSamples.Grain).CopyTo(longest, 0);
        var register = ForeignCommandSamples.All.First(command => command.Table == DirectoryStateTable.TableName);
        yield return register with { Key = longest };

        // What nobody could read afterwards.
        yield return register with { Payload = DirectoryFormat.Encode(new DirectoryChange { Register = new() { Entry = new() { Silo = "nowhere", Activation = "nobody" } } }) };
        var keys = new MembershipKeys("c");
        foreach (var row in new MembershipRow[] { new() { Silo = "nowhere" }, new() { Silo = "127.0.0.1:1@1", Status = 99 }, new() { Silo = "127.0.0.1:1@1", StartTime = -1 }, new() { Silo = "127.0.0.1:1@1", Suspects = new() { Suspect = { new Suspect { Silo = "?" } } } } })
        {
            var bytes = ByteString.CopyFrom([MembershipFormat.Version, .. row.ToByteArray()]);
            yield return new(MembershipStateTable.TableName, keys.Version, MembershipFormat.Encode(new() { Cluster = "c", Insert = new() { Silo = row.Silo, Row = bytes } }));
            yield return new(MembershipStateTable.TableName, keys.Version, MembershipFormat.Encode(new() { Cluster = "c", Update = new() { Silo = row.Silo, Row = bytes } }));
        }

        yield return new(MembershipStateTable.TableName, keys.Heartbeat("a"), MembershipFormat.Encode(new() { Cluster = "c", Heartbeat = new() { Silo = "a", AliveTime = long.MaxValue } }));
    }

    /// <summary>In place of a table: one of an application's own.</summary>
    private sealed class ClosedTable : IReplicatedTable
    {
        public string Name => ReminderStateTable.TableName;

        public CommandOutcome Apply(in CommandContext context, IStateTransaction state) => throw new NotSupportedException("It was not asked whether it can run this.");

        public void Reset()
        {
        }
    }
}
