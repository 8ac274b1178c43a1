using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Storage;

/// <summary>The contract of <see cref="IGrainStorage"/>, sentence by sentence, for both ways to clear.</summary>
public abstract class GrainStorageContract
{
    private const string Name = "deposit";

    private static readonly Deposit Some = new("Ада", 7);

    private readonly GrainId _grain = GrainId.Create("account", Guid.NewGuid().ToString("N"));

    private readonly IGroupFixture _group;

    private protected GrainStorageContract(IGroupFixture group) => _group = group;

    public static TheoryData<string> Providers => new(TestGroup.Tombstones, TestGroup.Deletes);

    [Theory, MemberData(nameof(Providers))]
    public async Task Reading_a_record_that_does_not_exist_gives_a_new_state_without_an_etag(string provider)
    {
        var state = new GrainState<Deposit>(Some, "1") { RecordExists = true };
        await _group.Reader.Storage(provider).ReadStateAsync(Name, _grain, state);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
        Assert.NotNull(state.State);
        Assert.NotEqual(Some, state.State);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task What_was_written_is_read(string provider)
    {
        var written = await WriteNewAsync(provider, Some);
        var read = await ReadAsync(provider);
        Assert.Equal(Some, read.State);
        Assert.Equal(written.ETag, read.ETag);
        Assert.True(read.RecordExists);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_write_gives_a_new_etag_even_when_the_value_is_the_same(string provider)
    {
        var state = await WriteNewAsync(provider, Some);
        Assert.False(string.IsNullOrEmpty(state.ETag));
        Assert.True(state.RecordExists);
        var first = state.ETag;
        await Storage(provider).WriteStateAsync(Name, _grain, state);
        Assert.NotEqual(first, state.ETag);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_state_of_null_is_kept_as_null(string provider)
    {
        await WriteNewAsync(provider, null!);
        var read = await ReadAsync(provider);
        Assert.Null(read.State);
        Assert.True(read.RecordExists);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_write_without_an_etag_over_an_existing_record_is_a_conflict(string provider)
    {
        var written = await WriteNewAsync(provider, Some);
        await AssertConflictAsync(provider, new GrainState<Deposit>(new("late", 1)), written.ETag);
        Assert.Equal(Some, (await ReadAsync(provider)).State);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_write_with_an_etag_of_a_record_that_does_not_exist_is_a_conflict(string provider)
    {
        await AssertConflictAsync(provider, new GrainState<Deposit>(Some, "1"), null);
        Assert.False((await ReadAsync(provider)).RecordExists);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_write_with_a_stale_etag_is_a_conflict(string provider)
    {
        var state = await WriteNewAsync(provider, Some);
        var stale = state.ETag;
        await Storage(provider).WriteStateAsync(Name, _grain, state);
        await AssertConflictAsync(provider, new GrainState<Deposit>(new("late", 1), stale) { RecordExists = true }, state.ETag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("W/\"1\"")]
    [InlineData("99999999999999999999")]
    public async Task An_etag_that_no_record_can_have_is_a_conflict(string etag)
    {
        await AssertConflictAsync(TestGroup.Tombstones, new GrainState<Deposit>(Some, etag), null);
        var written = await WriteNewAsync(TestGroup.Tombstones, Some);
        await AssertConflictAsync(TestGroup.Tombstones, new GrainState<Deposit>(Some, etag), written.ETag);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Clearing_gives_a_new_state_and_no_record(string provider)
    {
        var state = await WriteNewAsync(provider, Some);
        await Storage(provider).ClearStateAsync(Name, _grain, state);
        Assert.False(state.RecordExists);
        Assert.NotNull(state.State);
        Assert.NotEqual(Some, state.State);

        var read = await ReadAsync(provider);
        Assert.False(read.RecordExists);
        Assert.NotNull(read.State);
        Assert.NotEqual(Some, read.State);
        Assert.Equal(state.ETag, read.ETag);
    }

    [Fact]
    public async Task Clearing_leaves_a_tombstone_whose_etag_the_next_write_must_present()
    {
        var state = await WriteNewAsync(TestGroup.Tombstones, Some);
        var before = state.ETag;
        await Storage(TestGroup.Tombstones).ClearStateAsync(Name, _grain, state);
        Assert.False(string.IsNullOrEmpty(state.ETag));
        Assert.NotEqual(before, state.ETag);
        await AssertConflictAsync(TestGroup.Tombstones, new GrainState<Deposit>(Some), state.ETag);
        await Storage(TestGroup.Tombstones).WriteStateAsync(Name, _grain, state);
        Assert.True((await ReadAsync(TestGroup.Tombstones)).RecordExists);
    }

    [Fact]
    public async Task Deleting_leaves_nothing_and_the_next_write_presents_no_etag()
    {
        var state = await WriteNewAsync(TestGroup.Deletes, Some);
        var before = state.ETag;
        await Storage(TestGroup.Deletes).ClearStateAsync(Name, _grain, state);
        Assert.Null(state.ETag);
        await AssertConflictAsync(TestGroup.Deletes, new GrainState<Deposit>(Some, before), null);
        var again = await WriteNewAsync(TestGroup.Deletes, Some);
        Assert.NotEqual(before, again.ETag);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Clearing_with_a_stale_etag_is_a_conflict_and_clears_nothing(string provider)
    {
        var state = await WriteNewAsync(provider, Some);
        var stale = new GrainState<Deposit>(new("mine", 1), state.ETag) { RecordExists = true };
        await Storage(provider).WriteStateAsync(Name, _grain, state);

        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage(provider).ClearStateAsync(Name, _grain, stale));
        Assert.Equal((state.ETag, stale.ETag), (conflict.StoredEtag, conflict.CurrentEtag));
        Assert.Equal(new("mine", 1), stale.State);
        Assert.True(stale.RecordExists);
        Assert.Equal(Some, (await ReadAsync(provider)).State);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Clearing_before_any_write_and_clearing_twice_are_no_errors(string provider)
    {
        var state = new GrainState<Deposit>();
        await Storage(provider).ClearStateAsync(Name, _grain, state);
        Assert.False(state.RecordExists);
        Assert.NotNull(state.State);
        await Storage(provider).ClearStateAsync(Name, _grain, state);
        state.State = Some;
        await Storage(provider).WriteStateAsync(Name, _grain, state);
        Assert.Equal(Some, (await ReadAsync(provider)).State);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task One_of_twenty_writers_with_the_same_etag_wins(string provider)
    {
        var written = await WriteNewAsync(provider, Some);
        var writers = Enumerable.Range(0, 20).Select(i => new GrainState<Deposit>(new("writer", i), written.ETag)).ToArray();
        var wins = await Task.WhenAll(writers.Select(async state =>
        {
            try
            {
                await Storage(provider).WriteStateAsync(Name, _grain, state);
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));
        var winner = writers[Array.IndexOf(wins, true)];
        Assert.Single(wins, true);
        var read = await ReadAsync(provider);
        Assert.Equal((winner.State, winner.ETag), (read.State, read.ETag));
    }

    [Fact]
    public async Task Two_states_of_a_grain_are_independent_records()
    {
        await WriteNewAsync(TestGroup.Tombstones, Some);
        var other = new GrainState<Deposit>(new("other", 2));
        await Storage(TestGroup.Tombstones).WriteStateAsync("other", _grain, other);
        await Storage(TestGroup.Tombstones).ClearStateAsync("other", _grain, other);
        Assert.Equal(Some, (await ReadAsync(TestGroup.Tombstones)).State);
    }

    [Fact]
    public async Task Two_providers_in_one_group_do_not_see_each_other()
    {
        await WriteNewAsync(TestGroup.Tombstones, Some);
        Assert.False((await ReadAsync(TestGroup.Deletes)).RecordExists);
    }

    [Theory]
    [InlineData("счёт", "Ада/Лавлейс", "вклад")]
    [InlineData("a/b", "c\\d", "e#f?")]
    [InlineData("a", "b/c\\d", "#f?")]
    [InlineData("account", "?#\\/", "состояние/1")]
    public async Task Names_may_be_of_any_characters(string type, string key, string stateName)
    {
        var storage = Storage(TestGroup.Tombstones);
        var grain = GrainId.Create(type, key + Guid.NewGuid());
        await storage.WriteStateAsync(stateName, grain, new GrainState<Deposit>(Some));
        var read = new GrainState<Deposit>();
        await storage.ReadStateAsync(stateName, grain, read);
        Assert.Equal(Some, read.State);
    }

    private IGrainStorage Storage(string provider) => _group.Writer.Storage(provider);

    private async Task<GrainState<Deposit>> WriteNewAsync(string provider, Deposit value)
    {
        var state = new GrainState<Deposit>(value);
        await Storage(provider).WriteStateAsync(Name, _grain, state);
        return state;
    }

    private async Task<GrainState<Deposit>> ReadAsync(string provider)
    {
        var state = new GrainState<Deposit>();
        await _group.Reader.Storage(provider).ReadStateAsync(Name, _grain, state);
        return state;
    }

    private async Task AssertConflictAsync(string provider, GrainState<Deposit> state, string? storedETag)
    {
        var (value, etag, exists) = (state.State, state.ETag, state.RecordExists);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Storage(provider).WriteStateAsync(Name, _grain, state));
        Assert.Equal((storedETag, etag), (conflict.StoredEtag, conflict.CurrentEtag));
        Assert.Equal((value, etag, exists), (state.State, state.ETag, state.RecordExists));
    }
}
