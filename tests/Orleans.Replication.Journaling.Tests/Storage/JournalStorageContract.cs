using System.Buffers;
using Orleans.Journaling;
using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Journaling.Tests.Groups;
using Orleans.Storage;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <summary>What <see cref="IJournalStorage"/> says about the content of a journal, sentence by sentence. Each test has a journal of its own.</summary>
public abstract class JournalStorageContract
{
    private readonly string _id = $"журнал/{Guid.NewGuid():N}";
    private readonly JournalGroupFixture _group;
    private readonly IJournalStorage _writer;

    private protected JournalStorageContract(JournalGroupFixture group) => (_group, _writer) = (group, group.Writer.Open(_id));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_journal_that_was_never_written_is_empty_without_metadata_and_its_reading_ends()
    {
        var reading = await ReadAsync();
        Assert.Equal("", reading.Text);
        Assert.True(Assert.Single(reading.Completed));
        Assert.True(Assert.Single(reading.Metadata) is null or { FormatKey: null, ETag: null, Properties.Count: 0 });
    }

    [Fact]
    public async Task All_that_was_appended_is_read_in_order_with_the_same_metadata_and_an_end()
    {
        await AppendAsync("раз", "два", "три");
        var reading = await ReadAsync();
        Assert.Equal("раздватри", reading.Text);
        Assert.True(reading.Completed[^1]);
        Assert.DoesNotContain(true, reading.Completed.SkipLast(1));
        Assert.Equal(JournalMember.Format, Assert.Single(reading.Metadata.Select(metadata => metadata!.FormatKey).Distinct()));
        Assert.Single(reading.Metadata.Select(metadata => metadata!.ETag).Distinct());
    }

    [Fact]
    public async Task An_append_leaves_the_segments_before_it_alone_and_the_header_stays_as_small_as_it_was()
    {
        await AppendAsync("a");
        var (before, header) = (Segments(), HeaderBytes());
        await AppendAsync(new string('b', 1000), "c");
        Assert.Equal(before, Segments()[..1]);
        Assert.Equal(3, Segments().Length);
        Assert.Equal(header, HeaderBytes());
    }

    [Fact]
    public async Task A_replaced_journal_is_its_new_content_and_goes_on_from_there()
    {
        await AppendAsync("a", "b");
        await _writer.ReplaceAsync(Reading.Bytes("snapshot"), Token);
        Assert.Equal("snapshot", (await ReadAsync()).Text);
        Assert.Single(Segments());
        await AppendAsync("c");
        Assert.Equal("snapshotc", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task A_journal_that_was_never_written_can_be_replaced()
    {
        await _writer.ReplaceAsync(Reading.Bytes("snapshot"), Token);
        Assert.Equal("snapshot", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task A_deleted_journal_leaves_nothing_and_can_be_begun_anew()
    {
        await AppendAsync("a", "b");
        await _writer.UpdateMetadataAsync(new Dictionary<string, string> { ["k"] = "v" }, cancellationToken: Token);
        await _writer.DeleteAsync(Token);
        Assert.Equal(("", null), ((await ReadAsync()).Text, (await ReadAsync()).Metadata[^1]?.ETag));
        Assert.Empty(Segments());
        Assert.Null(await _group.Reader.Open(_id).GetMetadataAsync(Token));
        await _writer.DeleteAsync(Token);
        await AppendAsync("c");
        var reading = await ReadAsync();
        Assert.Equal("c", reading.Text);
        Assert.Empty(reading.Metadata[^1]!.Properties);
    }

    [Fact]
    public async Task Whoever_does_not_know_the_newest_content_changes_nothing()
    {
        await AppendAsync("a");
        var older = _group.Reader.Open(_id);
        await Reading.OfAsync(older);
        var newer = _group.Writer.Open(_id);
        await Reading.OfAsync(newer);
        await newer.AppendAsync(Reading.Bytes("b"), Token);

        await AssertRefusedAsync(older);
        // Nor does one that has never read.
        await AssertRefusedAsync(_group.Reader.Open(_id));
        Assert.Equal("ab", (await ReadAsync()).Text);

        await Reading.OfAsync(older);
        await older.AppendAsync(Reading.Bytes("c"), Token);
        Assert.Equal("abc", (await ReadAsync()).Text);
        await AssertRefusedAsync(newer);
    }

    [Fact]
    public async Task Whoever_knew_a_journal_that_was_deleted_and_begun_anew_changes_nothing()
    {
        await AppendAsync("a");
        var older = _group.Reader.Open(_id);
        await Reading.OfAsync(older);
        await _writer.DeleteAsync(Token);
        await AssertRefusedAsync(older);
        await AppendAsync("b");
        await AssertRefusedAsync(older);
        Assert.Equal("b", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task Of_many_that_append_at_once_one_succeeds()
    {
        await AppendAsync("a");
        var journals = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var journal = (i % 2 == 0 ? _group.Writer : _group.Reader).Open(_id);
            await Reading.OfAsync(journal);
            return journal;
        }));
        var errors = await Task.WhenAll(journals.Select(journal => Record.ExceptionAsync(() => journal.AppendAsync(Reading.Bytes("b"), Token).AsTask()).AsTask()));
        Assert.Single(errors, error => error is null);
        Assert.All(errors.OfType<Exception>(), error => Assert.IsType<InconsistentStateException>(error));
        Assert.Equal("ab", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task The_buffer_is_the_callers_again_when_the_append_has_ended()
    {
        var buffer = "abc"u8.ToArray();
        await _writer.AppendAsync(new ReadOnlySequence<byte>(buffer), Token);
        buffer.AsSpan().Clear();
        await _writer.AppendAsync(new ReadOnlySequence<byte>("d"u8.ToArray()), Token);
        Assert.Equal("abcd", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task What_is_larger_than_a_command_is_refused_and_the_journal_goes_on()
    {
        await AppendAsync("a");
        var large = new string('x', JournalMember.MaxCommandBytes);
        await Assert.ThrowsAsync<ArgumentException>(() => _writer.AppendAsync(Reading.Bytes(large), Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => _writer.ReplaceAsync(Reading.Bytes(large), Token).AsTask());
        await AppendAsync("b");
        Assert.Equal("ab", (await ReadAsync()).Text);
    }

    [Fact]
    public async Task A_snapshot_is_asked_for_when_enough_was_appended_and_for_a_large_one_when_as_much_was()
    {
        var journal = _group.Writer.CreateProvider(compactionThresholdBytes: 10).CreateStorage(new(_id));
        await journal.AppendAsync(Reading.Bytes("123456789"), Token);
        Assert.False(journal.IsCompactionRequested);
        await journal.AppendAsync(Reading.Bytes("0"), Token);
        Assert.True(journal.IsCompactionRequested);
        await journal.ReplaceAsync(Reading.Bytes(new string('s', 20)), Token);
        await journal.AppendAsync(Reading.Bytes(new string('a', 19)), Token);
        Assert.False(journal.IsCompactionRequested);
        await journal.AppendAsync(Reading.Bytes("a"), Token);
        Assert.True(journal.IsCompactionRequested);

        var next = _group.Reader.CreateProvider(compactionThresholdBytes: 10).CreateStorage(new(_id));
        await Reading.OfAsync(next);
        Assert.True(next.IsCompactionRequested);
    }

    [Fact]
    public async Task Journals_of_other_ids_and_of_other_providers_are_apart()
    {
        await AppendAsync("a");
        foreach (var other in new[] { _group.Writer.Open(_id + "/b"), _group.Writer.CreateProvider("others").CreateStorage(new(_id)) })
        {
            await other.AppendAsync(Reading.Bytes("x"), Token);
            await other.DeleteAsync(Token);
        }

        Assert.Equal("a", (await ReadAsync()).Text);
    }

    private static async Task AssertRefusedAsync(IJournalStorage journal)
    {
        await Assert.ThrowsAsync<InconsistentStateException>(() => journal.AppendAsync(Reading.Bytes("x"), Token).AsTask());
        await Assert.ThrowsAsync<InconsistentStateException>(() => journal.ReplaceAsync(Reading.Bytes("x"), Token).AsTask());
        await Assert.ThrowsAsync<InconsistentStateException>(() => journal.DeleteAsync(Token).AsTask());
    }

    private Task<Reading> ReadAsync() => Reading.OfAsync(_group.Reader.Open(_id));

    private async Task AppendAsync(params string[] segments)
    {
        foreach (var segment in segments)
            await _writer.AppendAsync(Reading.Bytes(segment), Token);
    }

    // Of the writer's own replica, which has applied what it wrote.
    private (long Version, int Bytes)[] Segments()
    {
        var key = JournalKeys.Header("journals", _id);
        using var snapshot = _group.Writer.Group.OpenSnapshot(JournalSegmentTable.TableName);
        return [.. snapshot.ScanRange(JournalKeys.Segment(key, 0), JournalKeys.Segment(key, long.MaxValue)).Select(pair => (pair.Value.Version, pair.Value.Value.Length))];
    }

    private int HeaderBytes() =>
        _group.Writer.Group.GetReader(JournalSegmentTable.TableName).TryGet(JournalKeys.Header("journals", _id), out var record) ? record.Value.Length : 0;
}
