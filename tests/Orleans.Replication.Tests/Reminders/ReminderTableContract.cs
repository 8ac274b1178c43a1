using Orleans.Replication.Reminders.Provider;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Reminders;

/// <summary>The contract of <see cref="IReminderTable"/>, sentence by sentence. Each test is a service of its own.</summary>
public abstract class ReminderTableContract
{
    private static readonly DateTime Start = new(2026, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);

    private readonly RaftReminderTable _writer;
    private readonly RaftReminderTable _reader;
    private readonly IGroupFixture _group;

    private protected ReminderTableContract(IGroupFixture group)
    {
        var service = Guid.NewGuid().ToString("N");
        (_group, _writer, _reader) = (group, group.Writer.CreateReminderTable(service), group.Reader.CreateReminderTable(service));
    }

    [Fact]
    public async Task A_row_is_read_as_it_was_written()
    {
        var entry = Entry(Grain("a"), "wake");
        var etag = await _writer.UpsertRow(entry);
        var read = await _reader.ReadRow(entry.GrainId, entry.ReminderName);
        Assert.NotNull(read);
        Assert.Equal((entry.GrainId, "wake", Start, entry.Period, etag), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
    }

    [Fact]
    public async Task A_local_start_time_is_kept_as_the_same_moment_in_UTC()
    {
        var entry = Entry(Grain("a"), "wake");
        entry.StartAt = Start.ToLocalTime();
        await _writer.UpsertRow(entry);
        Assert.Equal(Start, (await _reader.ReadRow(entry.GrainId, "wake"))!.StartAt);
    }

    [Fact]
    public async Task A_row_that_does_not_exist_is_null()
    {
        await _writer.UpsertRow(Entry(Grain("a"), "wake"));
        Assert.Null(await _reader.ReadRow(Grain("a"), "sleep"));
        Assert.Null(await _reader.ReadRow(Grain("b"), "wake"));
        Assert.Empty((await _reader.ReadRows(Grain("b"))).Reminders);
    }

    [Fact]
    public async Task An_upsert_never_looks_at_the_etag_and_the_last_one_stays()
    {
        var entry = Entry(Grain("a"), "wake");
        await _writer.UpsertRow(entry);
        entry.ETag = "stale";
        entry.Period = TimeSpan.FromDays(3);
        await _writer.UpsertRow(entry);
        Assert.Equal(TimeSpan.FromDays(3), (await _reader.ReadRow(entry.GrainId, "wake"))!.Period);
        Assert.Single((await _reader.ReadRows(entry.GrainId)).Reminders);
    }

    [Fact]
    public async Task Parallel_upserts_of_one_row_each_get_an_etag_of_their_own()
    {
        var entry = Entry(Grain("a"), "wake");
        var etags = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => _writer.UpsertRow(entry)));
        Assert.Equal(25, etags.Distinct().Count());
        Assert.Contains((await _reader.ReadRow(entry.GrainId, "wake"))!.ETag, etags);
    }

    [Fact]
    public async Task Removing_with_the_current_etag_removes_that_row_alone()
    {
        var etag = await _writer.UpsertRow(Entry(Grain("a"), "wake"));
        await _writer.UpsertRow(Entry(Grain("a"), "sleep"));
        Assert.True(await _writer.RemoveRow(Grain("a"), "wake", etag!));
        Assert.Equal(["sleep"], Names(await _reader.ReadRows(Grain("a"))));
        Assert.False(await _writer.RemoveRow(Grain("a"), "wake", etag!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("wrong")]
    [InlineData("9000000000000000000")]
    public async Task Removing_with_a_wrong_etag_is_false_and_removes_nothing(string etag)
    {
        Assert.False(await _writer.RemoveRow(Grain("a"), "wake", etag));
        await _writer.UpsertRow(Entry(Grain("a"), "wake"));
        Assert.False(await _writer.RemoveRow(Grain("a"), "wake", etag));
        Assert.NotNull(await _reader.ReadRow(Grain("a"), "wake"));
    }

    [Fact]
    public async Task Removing_with_the_etag_of_another_row_or_of_an_earlier_upsert_is_false()
    {
        var stale = await _writer.UpsertRow(Entry(Grain("a"), "wake"));
        var current = await _writer.UpsertRow(Entry(Grain("a"), "wake"));
        Assert.False(await _writer.RemoveRow(Grain("a"), "wake", stale!));
        Assert.False(await _writer.RemoveRow(Grain("a"), "sleep", current!));
        Assert.False(await _writer.RemoveRow(Grain("b"), "wake", current!));
        Assert.True(await _writer.RemoveRow(Grain("a"), "wake", current!));
    }

    [Fact]
    public async Task The_rows_of_a_grain_are_its_own()
    {
        await _writer.UpsertRow(Entry(Grain("a"), "one"));
        await _writer.UpsertRow(Entry(Grain("a"), "two"));
        await _writer.UpsertRow(Entry(Grain("ab"), "three"));
        await _writer.UpsertRow(Entry(GrainId.Create("clocks", "a"), "four"));
        Assert.Equal(["one", "two"], Names(await _reader.ReadRows(Grain("a"))));
    }

    [Fact]
    public async Task A_range_excludes_its_begin_includes_its_end_and_goes_around_the_ring()
    {
        var grains = Enumerable.Range(0, 40).Select(i => Grain($"{i}")).ToArray();
        await Task.WhenAll(grains.Select(grain => _writer.UpsertRow(Entry(grain, "wake"))));
        var hashes = grains.Select(grain => grain.GetUniformHashCode()).Order().ToArray();
        uint[] bounds = [0, 1, hashes[0], hashes[7], hashes[7] - 1, hashes[7] + 1, hashes[30], hashes[^1], uint.MaxValue - 1, uint.MaxValue];
        foreach (var begin in bounds)
        {
            foreach (var end in bounds)
            {
                var expected = grains.Where(grain => Contains(begin, end, grain.GetUniformHashCode()));
                var read = (await _reader.ReadRows(begin, end)).Reminders.Select(row => row.GrainId);
                Assert.Equal(expected.Order(), read.Order());
            }
        }
    }

    [Fact]
    public async Task The_range_from_zero_to_zero_is_everything()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _writer.UpsertRow(Entry(Grain($"{i}"), "wake"))));
        Assert.Equal(20, (await _reader.ReadRows(0, 0)).Reminders.Count);
    }

    [Theory]
    [InlineData("счёт", "Ада/Лавлейс", "будильник")]
    [InlineData("a/b", "c\\d", "e#f?_")]
    [InlineData("a", "b", "/\\#_?")]
    [InlineData("a", "b", "")]
    public async Task Names_may_be_of_any_characters(string type, string key, string name)
    {
        var grain = GrainId.Create(type, key);
        var etag = await _writer.UpsertRow(Entry(grain, name));
        var read = Assert.Single((await _reader.ReadRows(grain)).Reminders);
        Assert.Equal((grain, name), (read.GrainId, read.ReminderName));
        Assert.True(await _writer.RemoveRow(grain, name, etag!));
        Assert.Null(await _reader.ReadRow(grain, name));
    }

    [Fact]
    public async Task Clearing_the_table_leaves_nothing_of_this_service_and_everything_of_others()
    {
        var other = Guid.NewGuid().ToString("N");
        await _group.Writer.CreateReminderTable(other).UpsertRow(Entry(Grain("a"), "theirs"));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => _writer.UpsertRow(Entry(Grain($"{i}"), "wake"))));
        await _writer.TestOnlyClearTable();
        Assert.Empty((await _reader.ReadRows(0, 0)).Reminders);
        Assert.Equal(["theirs"], Names(await _group.Reader.CreateReminderTable(other).ReadRows(0, 0)));
    }

    private static bool Contains(uint begin, uint end, uint hash) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private static IEnumerable<string> Names(ReminderTableData rows) => rows.Reminders.Select(row => row.ReminderName).Order(StringComparer.Ordinal);

    private static GrainId Grain(string key) => GrainId.Create("clock", key);

    private static ReminderEntry Entry(GrainId grain, string name) => new() { GrainId = grain, ReminderName = name, StartAt = Start, Period = TimeSpan.FromMinutes(7) };
}
