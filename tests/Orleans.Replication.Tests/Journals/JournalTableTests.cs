using CsCheck;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Journals;

/// <summary>What a replica does with the commands of journals.</summary>
public sealed class JournalTableTests
{
    private static readonly byte[] Key = JournalKeys.Header("p", GrainId.Create("t", "k"));

    [Fact]
    public void When_a_replica_was_given_the_whole_state_everybody_is_told_that_there_may_have_been_changes()
    {
        var table = new JournalTable(new());
        var (told, collected) = (0L, new ChangedJournals());
        using var watch = table.Feed.Subscribe([1], index => told = index);
        using var all = table.Feed.Collect(collected);
        table.Applied(5);
        Assert.Equal(0, told);
        table.Reset();
        table.Applied(7);
        Assert.Equal((7, 7), (told, collected.Take().Any));
        table.Applied(8);
        Assert.Equal((7, 0), (told, collected.Take().Any));
        Assert.Equal(8, table.LastCommand);
    }

    [Fact]
    public void Of_more_changes_than_there_is_room_for_it_is_told_that_any_journal_may_have_changed()
    {
        var changed = new ChangedJournals();
        changed.Add([1], 1);
        changed.Add([2], 2);
        changed.Add([1], 3);
        var (journals, any) = changed.Take();
        Assert.Equal([("01", 3L), ("02", 2L)], journals.Select(change => (Convert.ToHexString(change.Key), change.Value)).Order());
        Assert.Equal(0, any);
        for (var i = 1; i <= 100; i++)
            changed.Add([(byte)i, .. new byte[8000]], i);
        (journals, any) = changed.Take();
        Assert.InRange(any, 1, 99);
        Assert.Equal(Enumerable.Range((int)any + 1, 100 - (int)any).Select(i => (long)i), journals.Values.Order());
        Assert.Empty(changed.Take().Journals);
    }

    [Fact]
    public void An_append_writes_its_events_and_the_header_and_nothing_else()
    {
        var model = new TableModel(new JournalTable(new()));
        for (var i = 0; i < 5; i++)
        {
            var before = model.Dump().ToList();
            var result = Run(model, JournalFormat.Append(Guid.NewGuid(), [new byte[] { 1 }, new byte[] { 2 }]));
            Assert.Equal(3, model.Dump().Except(before).Count(record => record.Version == result.Version));
            Assert.Equal(2 * (i + 1), JournalHeader.Decode(Header(model)!.Value.Value.Span).Count);
        }
    }

    [Fact]
    public void Events_of_any_bytes_are_read_as_they_were_appended() => Gen.Byte.Array[0, 5].Array[1, 5].Array[1, 4].Sample(appends =>
    {
        var model = new TableModel(new JournalTable(new()));
        foreach (var events in appends)
            Assert.Equal(CommandStatus.Ok, Run(model, JournalFormat.Append(Guid.NewGuid(), [.. events.Select(bytes => (ReadOnlyMemory<byte>)bytes)])).Status);
        var stored = model.ScanRange(JournalKeys.Event(Key, 0), null).Select(record => Convert.ToHexString(JournalEvent.Decode(record.Value.Value).Bytes.Span));
        Assert.Equal(appends.SelectMany(events => events).Select(Convert.ToHexString), stored);
    });

    [Fact]
    public void While_a_journal_is_being_cleared_nothing_is_appended()
    {
        var model = new TableModel(new JournalTable(new()));
        Run(model, JournalFormat.Append(Guid.NewGuid(), [.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[] { 1 }, JournalTable.ClearedAtOnce + 1)]));
        Run(model, JournalFormat.Clear);
        var refused = Run(model, JournalFormat.Append(Guid.NewGuid(), [new byte[] { 1 }]));
        Assert.Equal((CommandStatus.Rejected, (byte)JournalRefusal.Clearing), (refused.Status, refused.Payload.Span[0]));
        Run(model, JournalFormat.Clear);
        Assert.Empty(model.Dump());
    }

    [Fact]
    public void A_journal_that_is_full_takes_no_more()
    {
        var model = new TableModel(new JournalTable(new()));
        model.Put(Key, new JournalHeader(1, int.MaxValue - 1, false).Encode());
        var refused = Run(model, JournalFormat.Append(Guid.NewGuid(), [new byte[] { 1 }, new byte[] { 2 }]));
        Assert.Equal((CommandStatus.Rejected, (byte)JournalRefusal.Full), (refused.Status, refused.Payload.Span[0]));
        Assert.Equal(CommandStatus.Ok, Run(model, JournalFormat.Append(Guid.NewGuid(), [new byte[] { 1 }])).Status);
    }

    [Fact]
    public void A_command_of_a_later_format_stops_the_replica_instead_of_making_it_differ() =>
        Assert.Throws<NotSupportedException>(() => Run(new TableModel(new JournalTable(new())), new byte[] { JournalFormat.Version + 1, 1 }));

    [Fact]
    public void Any_key_and_any_bytes_of_the_known_format_are_applied_or_refused() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 20], Gen.Const(Key)), Gen.Byte.Array[0, 40]).Sample((key, bytes) =>
        {
            if (bytes.Length > 0)
                bytes[0] = JournalFormat.Version;
            if (bytes.Length > 1)
                bytes[1] %= 4;
            new TableModel(new JournalTable(new())).Run(new Command(JournalTable.TableName, key, bytes));
        });

    private static CommandResult Run(TableModel model, ReadOnlyMemory<byte> command) => model.Run(new Command(JournalTable.TableName, Key, command));

    private static StateRecord? Header(TableModel model) => model.TryGet(Key, out var record) ? record : null;
}
