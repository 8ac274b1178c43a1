using Orleans.Journaling;
using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <summary>What Orleans says about the metadata of journals and the list of them, sentence by sentence. Each test has journals of its own.</summary>
public abstract class JournalMetadataContract
{
    private readonly string _id = $"shards/{Guid.NewGuid():N}";
    private readonly JournalGroupFixture _group;
    private readonly IJournalStorage _writer;

    private protected JournalMetadataContract(JournalGroupFixture group) => (_group, _writer) = (group, group.Writer.Open(_id));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_journal_that_does_not_exist_has_no_metadata_and_none_can_be_changed()
    {
        Assert.Null(await ReadAsync());
        Assert.Null(await _writer.UpdateMetadataAsync(Of(("a", "1")), cancellationToken: Token));
        Assert.Null(await ReadAsync());
    }

    [Fact]
    public async Task Only_who_creates_a_journal_gives_it_its_first_properties()
    {
        Assert.True(await _writer.CreateIfNotExistsAsync(Of(("a", "1"), ("б", "два")), Token));
        Assert.False(await _group.Reader.Open(_id).CreateIfNotExistsAsync(Of(("a", "2")), Token));
        Assert.Equal(Of(("a", "1"), ("б", "два")), (await ReadAsync())!.Properties);
        await _writer.AppendAsync(Reading.Bytes("x"), Token);
        Assert.Equal("x", (await Reading.OfAsync(_group.Reader.Open(_id))).Text);
    }

    [Fact]
    public async Task A_journal_that_a_write_has_created_is_not_created_again()
    {
        await _writer.AppendAsync(Reading.Bytes("x"), Token);
        Assert.False(await _group.Reader.Open(_id).CreateIfNotExistsAsync(Of(("a", "1")), Token));
        var metadata = await ReadAsync();
        Assert.Empty(metadata!.Properties);
        Assert.Equal(JournalMember.Format, metadata.FormatKey);
    }

    [Fact]
    public async Task Properties_are_set_and_removed_at_once_and_the_format_stays()
    {
        await _writer.AppendAsync(Reading.Bytes("x"), Token);
        await _writer.UpdateMetadataAsync(Of(("a", "1"), ("b", "2")), cancellationToken: Token);
        var updated = await _writer.UpdateMetadataAsync(Of(("a", "3"), ("c", "4")), ["b", "none"], cancellationToken: Token);
        var read = await ReadAsync();
        Assert.Equal(Of(("a", "3"), ("c", "4")), read!.Properties);
        Assert.Equal((JournalMember.Format, updated!.ETag), (read.FormatKey, read.ETag));
        await Assert.ThrowsAsync<ArgumentException>(() => _writer.UpdateMetadataAsync(Of(("a", "5")), ["a"], cancellationToken: Token).AsTask());
    }

    [Fact]
    public async Task An_update_with_another_etag_than_the_journals_changes_nothing()
    {
        await _writer.CreateIfNotExistsAsync(Of(("a", "1")), Token);
        var first = (await ReadAsync())!.ETag;
        var second = await _writer.UpdateMetadataAsync(Of(("a", "2")), expectedETag: first, cancellationToken: Token);
        Assert.NotNull(second);
        Assert.NotEqual(first, second.ETag);
        foreach (var wrong in new[] { first, "0", "none", "" })
            Assert.Null(await _writer.UpdateMetadataAsync(Of(("a", "3")), expectedETag: wrong, cancellationToken: Token));
        Assert.Equal(Of(("a", "2")), (await ReadAsync())!.Properties);

        await _writer.AppendAsync(Reading.Bytes("x"), Token);
        Assert.Null(await _writer.UpdateMetadataAsync(Of(("a", "3")), expectedETag: second.ETag, cancellationToken: Token));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_gives_the_metadata_as_it_is()
    {
        await _writer.CreateIfNotExistsAsync(Of(("a", "1")), Token);
        var before = await ReadAsync();
        Assert.Equal(before!.ETag, (await _writer.UpdateMetadataAsync(Of(("a", "1")), ["none"], before.ETag, Token))!.ETag);
    }

    [Fact]
    public async Task Properties_may_change_while_somebody_writes_the_journal()
    {
        await _writer.AppendAsync(Reading.Bytes("x"), Token);
        await _group.Reader.Open(_id).UpdateMetadataAsync(Of(("a", "1")), cancellationToken: Token);
        await _writer.AppendAsync(Reading.Bytes("y"), Token);
        await _writer.ReplaceAsync(Reading.Bytes("z"), Token);
        Assert.Equal(Of(("a", "1")), (await ReadAsync())!.Properties);
    }

    [Fact]
    public async Task Journals_are_listed_by_prefix_and_bounds_with_metadata_when_asked_for()
    {
        foreach (var name in new[] { "a", "b", "b/1", "c" })
            await _group.Writer.Open($"{_id}/{name}").CreateIfNotExistsAsync(Of(("name", name)), Token);
        await _group.Writer.CreateProvider("others").CreateStorage(new($"{_id}/d")).CreateIfNotExistsAsync(null, Token);

        Assert.Equal(["a", "b", "b/1", "c"], await ListAsync(new() { Prefix = new($"{_id}/") }));
        Assert.Equal(["b", "b/1"], await ListAsync(new() { Prefix = new($"{_id}/b") }));
        Assert.Equal(["b", "b/1"], await ListAsync(new() { MinId = new($"{_id}/b"), MaxId = new($"{_id}/b/1") }));
        Assert.Contains("c", await ListAsync(null));
        await foreach (var entry in _group.Reader.CreateProvider().ListAsync(new() { Prefix = new($"{_id}/"), IncludeMetadata = true }, Token))
            Assert.EndsWith($"/{entry.Metadata!.Properties["name"]}", entry.Id.Value, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Of(params (string Name, string Value)[] properties) => properties.ToDictionary(p => p.Name, p => p.Value);

    private ValueTask<IJournalMetadata?> ReadAsync() => _group.Reader.Open(_id).GetMetadataAsync(Token);

    private async Task<List<string>> ListAsync(JournalCatalogListOptions? options)
    {
        var names = new List<string>();
        await foreach (var entry in _group.Reader.CreateProvider().ListAsync(options, Token))
        {
            if (entry.Id.Value!.StartsWith(_id, StringComparison.Ordinal))
                names.Add(entry.Id.Value[(_id.Length + 1)..]);
        }

        return names;
    }
}
