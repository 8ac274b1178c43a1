using System.Buffers;
using CsCheck;
using Orleans.Replication.Groups;
using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Access;
using Orleans.Replication.Tests.Storage;

namespace Orleans.Replication.Journaling.Tests.Records;

/// <summary>What silos without a replica send to the table: what passes, every replica can run.</summary>
public sealed class ForeignCommandTests
{
    private static readonly byte[] Key = JournalKeys.Header("p", "журнал/1");

    private static readonly Command[] Good =
    [
        .. new[] { JournalCommandKind.Append, JournalCommandKind.Replace }.Select(kind => Command(JournalFormat.Write(kind, "json", new ReadOnlySequence<byte>(new byte[] { 1, 2, 3 })))),
        Command(JournalFormat.Delete),
        Command(JournalFormat.Change(JournalCommandKind.Create, PropertyChanges.Of([new("a", "b")]))),
        Command(JournalFormat.Change(JournalCommandKind.Update, PropertyChanges.Of([new("a", "c"), new("я", "")], ["b"]))),
    ];

    [Fact]
    public void What_the_provider_sends_can_be_run()
    {
        foreach (var command in Good)
            Assert.True(CanRun(command), Convert.ToHexString(command.Payload.Span));
    }

    [Fact]
    public void What_is_cut_of_a_later_format_or_about_other_keys_cannot()
    {
        foreach (var command in Good)
        {
            Assert.False(CanRun(command with { Payload = command.Payload[..1] }));
            Assert.False(CanRun(command with { Payload = (byte[])[JournalFormat.Version + 1, .. command.Payload.Span[1..]] }));
            Assert.False(CanRun(command with { Key = JournalKeys.Properties(Key) }));
            Assert.False(CanRun(command with { Key = JournalKeys.Segment(Key, 0) }));
            Assert.False(CanRun(command with { Key = Array.Empty<byte>() }));
        }
    }

    [Fact]
    public void Whatever_passes_is_run_by_a_table_in_whatever_state() => CommandMutations.Of(Good).List[1, 40].Sample(
        commands =>
        {
            var model = new TableModel(new JournalSegmentTable());
            foreach (var command in commands)
            {
                // An exception fails the test, as it would fail the replica.
                if (CanRun(command))
                    model.Run(command);
            }
        },
        iter: 2_000);

    private static Command Command(ReadOnlyMemory<byte> payload) => new(JournalSegmentTable.TableName, Key, payload);

    private static bool CanRun(Command command) => ((IForeignCommands)new JournalSegmentTable()).CanRun(command.Key.Span, command.Payload);
}
