using CsCheck;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.Tests.Storage;

namespace Orleans.Replication.Tests.Reminders;

/// <summary>What a replica does with the commands of the reminder table.</summary>
public sealed class ReminderStateTableTests
{
    private static readonly byte[] Key = "key"u8.ToArray();
    private readonly TableModel _model = new(new ReminderStateTable());

    [Fact]
    public void A_command_of_a_later_format_stops_the_replica_instead_of_making_it_differ() =>
        Assert.Throws<NotSupportedException>(() => Run(new byte[] { ReminderRecord.Format + 1, 1 }));

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_time_that_does_not_exist_is_refused(long ticks)
    {
        var record = ReminderRecord.Encode(DateTime.UnixEpoch, TimeSpan.FromMinutes(1));
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(ReminderRecord.HeaderBytes), ticks);
        Assert.Equal(CommandStatus.Rejected, Run(record).Status);
        Assert.Empty(_model.Dump());
    }

    [Fact]
    public void Any_bytes_of_the_known_format_are_applied_or_refused_and_what_is_stored_can_be_read() =>
        Gen.Byte.Array[0, ReminderRecord.Bytes + 1].Sample(bytes =>
        {
            if (bytes.Length > 0)
                bytes[0] = ReminderRecord.Format;
            if (bytes.Length > 1)
                bytes[1] %= 5;
            var model = new TableModel(new ReminderStateTable());
            model.Run(new Command(ReminderStateTable.TableName, Key, bytes));
            if (model.TryGet(Key, out var record))
                ReminderRecord.Decode(record.Value.Span);
        });

    private CommandResult Run(ReadOnlyMemory<byte> payload) => _model.Run(new Command(ReminderStateTable.TableName, Key, payload));
}
