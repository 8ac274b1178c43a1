using System.Text;
using Orleans.Replication.Journals.Provider;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Journals;

/// <summary>What the provider relies on a journal for. Each test has a journal of its own.</summary>
public abstract class JournalContract
{
    private readonly GrainId _grain = GrainId.Create("ledger", Guid.NewGuid().ToString("N"));
    private readonly IGroupFixture _group;
    private readonly Journal _writer;
    private readonly Journal _reader;

    private protected JournalContract(IGroupFixture group) =>
        (_group, _writer, _reader) = (group, group.Writer.CreateJournal(_grain), group.Reader.CreateJournal(_grain));

    [Fact]
    public async Task A_journal_that_was_never_written_is_empty() => Assert.Equal((default, false, ""), await ReadAsync(default));

    [Fact]
    public async Task What_was_appended_is_read_in_order_and_the_position_is_the_one_the_append_gave()
    {
        var first = await AppendAsync(default, "a", "b");
        var second = await AppendAsync(first!.Value, "c");
        Assert.Equal((second!.Value, false, "abc"), await ReadAsync(default));
        Assert.Equal(3, second.Value.Count);
    }

    [Fact]
    public async Task From_a_known_position_only_the_rest_is_read()
    {
        var first = await AppendAsync(default, "a", "b");
        var second = await AppendAsync(first!.Value, "c", "d");
        Assert.Equal((second!.Value, false, "cd"), await ReadAsync(first.Value));
        Assert.Equal((second.Value, false, ""), await ReadAsync(second.Value));
    }

    [Fact]
    public async Task Appending_at_a_position_where_the_journal_is_not_appends_nothing()
    {
        var first = await AppendAsync(default, "a");
        Assert.Null(await AppendAsync(default, "x"));
        var second = await AppendAsync(first!.Value, "b");
        Assert.Null(await AppendAsync(first.Value, "x"));
        Assert.Equal((second!.Value, false, "ab"), await ReadAsync(default));
    }

    [Fact]
    public async Task Of_many_that_append_at_the_same_position_one_succeeds()
    {
        var first = await AppendAsync(default, "a");
        var journals = new[] { _writer, _reader };
        var positions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => journals[i % 2].AppendAsync(first!.Value, Guid.NewGuid(), [Bytes($"{i % 10}")])));
        Assert.Equal((await ReadAsync(first!.Value)).Position, Assert.Single(positions, position => position is not null));
        Assert.Equal(2, (await ReadAsync(default)).Text.Length);
    }

    [Fact]
    public async Task The_first_event_of_an_append_carries_its_name_and_no_other_does()
    {
        var batch = Guid.NewGuid();
        await _writer.AppendAsync(default, batch, [Bytes("a"), Bytes("b")]);
        using var reading = await _reader.OpenAsync(default);
        Assert.Equal([batch, null], reading.Events.Select(stored => stored.Batch));
    }

    [Fact]
    public async Task A_cleared_journal_is_empty_and_who_followed_it_is_told()
    {
        var before = await AppendAsync(default, "a", "b");
        await _writer.ClearAsync();
        Assert.Equal((default, true, ""), await ReadAsync(before!.Value));
        Assert.Equal((default, false, ""), await ReadAsync(default));
        await _writer.ClearAsync();
    }

    [Fact]
    public async Task A_journal_that_was_cleared_and_begun_anew_is_not_the_old_one_even_at_the_same_length()
    {
        var before = await AppendAsync(default, "a", "b");
        await _writer.ClearAsync();
        Assert.Null(await AppendAsync(before!.Value, "x"));
        var after = await AppendAsync(default, "c", "d");
        Assert.Null(await AppendAsync(before.Value, "x"));
        Assert.Equal((after!.Value, true, "cd"), await ReadAsync(before.Value));
        Assert.NotEqual(before.Value.Incarnation, after.Value.Incarnation);
    }

    [Fact]
    public async Task A_clearing_that_was_begun_and_not_ended_counts_as_done_and_the_next_reader_ends_it()
    {
        var before = await AppendLongAsync();
        // One step of several, as by a member that dies in between.
        await _group.Writer.Group.ProposeAsync(new Command(JournalTable.TableName, JournalKeys.Header("journals", _grain), JournalFormat.Clear));
        Assert.Null(await AppendAsync(before, "x"));
        Assert.Equal((default, true, ""), await ReadAsync(before));
        Assert.NotNull(await AppendAsync(default, "a"));
        Assert.Equal("a", (await ReadAsync(default)).Text);
    }

    [Fact]
    public async Task A_long_journal_is_cleared_to_its_last_event()
    {
        await AppendLongAsync();
        await _writer.ClearAsync();
        using var reading = await _writer.OpenAsync(default);
        Assert.Empty(reading.Events);
        using var snapshot = _group.Writer.Group.OpenSnapshot(JournalTable.TableName);
        Assert.Empty(snapshot.Scan(JournalKeys.Header("journals", _grain).AsMemory()[..^1]));
    }

    [Fact]
    public async Task A_part_of_what_was_followed_is_read_again_until_the_journal_is_cleared()
    {
        await AppendAsync(default, "a", "b", "c", "d");
        var followed = (await ReadAsync(default)).Position;
        Assert.Equal("bc", Text(await _reader.ReadAsync(followed, 1, 3)));
        Assert.Equal("", Text(await _reader.ReadAsync(followed, 4, 4)));
        await _writer.ClearAsync();
        await ReadAsync(default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _reader.ReadAsync(followed, 1, 3));
    }

    [Fact]
    public async Task Journals_of_other_grains_are_apart()
    {
        await AppendAsync(default, "a");
        var other = _group.Writer.CreateJournal(GrainId.Create("ledger", _grain.Key + "/2"));
        Assert.NotNull(await other.AppendAsync(default, Guid.NewGuid(), [Bytes("x")]));
        await other.ClearAsync();
        Assert.Equal("a", (await ReadAsync(default)).Text);
    }

    [Fact]
    public async Task Whoever_watches_hears_of_each_change_and_then_finds_it()
    {
        var heard = System.Threading.Channels.Channel.CreateUnbounded<long>();
        using (_reader.Watch(index => heard.Writer.TryWrite(index)))
        {
            // From outside one is also told, without a change, that there may have been some.
            var position = await AppendAsync(default, "a");
            await HearAsync(position!.Value.Version);
            Assert.Equal("a", (await ReadAsync(default)).Text);
            await _writer.ClearAsync();
            await HearAsync(position.Value.Version + 1);
            Assert.Equal("", (await ReadAsync(default)).Text);
        }

        await AppendAsync(default, "b");
        await ReadAsync(default);
        Assert.False(heard.Reader.TryRead(out _));

        async Task HearAsync(long index)
        {
            while (await heard.Reader.ReadAsync(TestContext.Current.CancellationToken) < index)
            {
            }
        }
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(IEnumerable<JournalEvent> events) => string.Concat(events.Select(stored => Encoding.UTF8.GetString(stored.Bytes.Span)));

    private Task<JournalPosition?> AppendAsync(JournalPosition at, params string[] events) =>
        _writer.AppendAsync(at, Guid.NewGuid(), [.. events.Select(Bytes)]);

    private async Task<JournalPosition> AppendLongAsync() =>
        (await _writer.AppendAsync(default, Guid.NewGuid(), [.. Enumerable.Repeat(Bytes("."), JournalTable.ClearedAtOnce + 1)]))!.Value;

    private async Task<(JournalPosition Position, bool Restarted, string Text)> ReadAsync(JournalPosition known)
    {
        using var reading = await _reader.OpenAsync(known);
        return (reading.Position, reading.Restarted, Text(reading.Events));
    }
}
