using CsCheck;
using Orleans.Replication.Raft;
using Orleans.Replication.Storage.Records;

namespace Orleans.Replication.Tests.Storage;

public sealed class GrainStorageTableTests
{
    private static readonly byte[] Key = "key"u8.ToArray();
    private readonly TableModel _model = new(new GrainStorageTable());

    [Fact]
    public void A_written_state_is_read_back()
    {
        Run(GrainRecord.OfState("state"u8), 0);
        Assert.Equal("state"u8, Read()!.Value.Span);
    }

    [Fact]
    public void An_empty_state_is_a_state()
    {
        Run(GrainRecord.OfState([]), 0);
        Assert.Equal(0, Read()!.Value.Length);
    }

    [Fact]
    public void A_tombstone_keeps_the_record_without_a_state()
    {
        var written = Run(GrainRecord.OfState("state"u8), 0);
        var cleared = Run(GrainRecord.Tombstone, written.Version);
        Assert.Equal(CommandStatus.Ok, cleared.Status);
        Assert.True(cleared.Version > written.Version);
        Assert.Null(Read());
        Assert.Equal(CommandStatus.VersionMismatch, Run(GrainRecord.OfState("late"u8), 0).Status);
    }

    [Fact]
    public void A_deletion_leaves_nothing()
    {
        var written = Run(GrainRecord.OfState("state"u8), 0);
        Assert.Equal(0, Run(GrainRecord.Delete, written.Version).Version);
        Assert.Empty(_model.Dump());
    }

    [Fact]
    public void A_deletion_of_a_missing_record_changes_nothing()
    {
        Assert.Equal(new CommandResult(CommandStatus.Ok, 0, default), Run(GrainRecord.Delete, 0));
        Assert.Empty(_model.Dump());
    }

    [Fact]
    public void A_command_of_a_later_format_stops_the_replica_instead_of_making_it_differ() =>
        Assert.Throws<NotSupportedException>(() => Run(new byte[] { GrainRecord.Format + 1, 1 }, null));

    [Fact]
    public void Any_bytes_of_the_known_format_are_applied_or_refused()
    {
        Gen.Byte.Array[0, 8].Sample(bytes =>
        {
            if (bytes.Length > 0)
                bytes[0] = GrainRecord.Format;
            var model = new TableModel(new GrainStorageTable());
            var result = model.Run(new Command(GrainStorageTable.TableName, Key, bytes));
            if (result.Status == CommandStatus.Ok && model.TryGet(Key, out var record))
                GrainRecord.TryGetState(record.Value, out _);
            else
                Assert.Empty(model.Dump());
        });
    }

    private CommandResult Run(ReadOnlyMemory<byte> payload, long? expectedVersion) =>
        _model.Run(new Command(GrainStorageTable.TableName, Key, payload, expectedVersion));

    private ReadOnlyMemory<byte>? Read()
    {
        Assert.True(_model.TryGet(Key, out var record));
        return GrainRecord.TryGetState(record.Value, out var state) ? state : (ReadOnlyMemory<byte>?)null;
    }
}
