using System.Buffers.Binary;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Reminders;

/// <summary>A million reminders: a range of the ring costs what is in it, not what is in the table.</summary>
public sealed class ManyRemindersTests
{
    private const int Rows = 1_000_000;
    private const int RowsPerCommand = 50_000;

    /// <summary>A thousandth of the ring.</summary>
    private const uint Range = uint.MaxValue / 1000;

    /// <summary>The whole table would be about a gigabyte of entries, keys and records. Other tests allocate at the same time.</summary>
    private const long MaxAllocatedBytes = 128 << 20;

    [Fact]
    public async Task A_range_is_read_without_the_rest_of_the_table()
    {
        await using var group = await TestGroup.StartAsync(1, new() { Reminders = new BulkTable(), ProposalTimeout = TimeSpan.FromMinutes(2) });
        var member = group.Members[0];
        for (var first = 0; first < Rows; first += RowsPerCommand)
        {
            var payload = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(payload, first);
            await member.Group.ProposeAsync(new Command(ReminderStateTable.TableName, "fill"u8.ToArray(), payload));
        }

        var table = member.CreateReminderTable(BulkTable.Service);
        await table.ReadRows(0, 1);
        var expected = CountBetween(Range, 2 * Range);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var seen = (await table.ReadRows(Range, 2 * Range)).Reminders.Count;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        TestContext.Current.TestOutputHelper?.WriteLine($"{seen} of {Rows} rows, {allocated / 1024} KiB allocated.");
        Assert.Equal(expected, seen);
        Assert.InRange(allocated, 1, MaxAllocatedBytes);
    }

    private static GrainId Grain(int row) => GrainId.Create("clock", row.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static int CountBetween(uint begin, uint end) => Enumerable.Range(0, Rows).Count(row => Grain(row).GetUniformHashCode() is var hash && hash > begin && hash <= end);

    /// <summary>The reminder table, filled in a few commands.</summary>
    private sealed class BulkTable : IReplicatedTable
    {
        public const string Service = "many";

        private readonly ReminderKeys _keys = new(Service);

        public string Name => ReminderStateTable.TableName;

        public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
        {
            var first = BinaryPrimitives.ReadInt32BigEndian(context.Payload.Span);
            var record = ReminderRecord.Encode(DateTime.UnixEpoch, TimeSpan.FromMinutes(1));
            for (var row = first; row < first + RowsPerCommand; row++)
                state.Put(_keys.Of(Grain(row), "r"), record);
            return CommandOutcome.Ok();
        }

        public void Reset()
        {
        }
    }
}
