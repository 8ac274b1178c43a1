using Orleans.Replication.Tests.Groups;
using Orleans.Replication.Tests.Storage;
using Orleans.Replication.Transactions.Provider;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Tests.Transactions;

/// <summary>The contract of <see cref="ITransactionalStateStorage{TState}"/>, sentence by sentence. Each test has a grain of its own.</summary>
public abstract class TransactionalStorageContract
{
    private static readonly DateTime Time = new(2026, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);

    private readonly GrainId _grain = GrainId.Create("account", "Ада/" + Guid.NewGuid());
    private readonly IGroupFixture _group;
    private readonly RaftTransactionalStateStorage<Vault> _writer;
    private readonly RaftTransactionalStateStorage<Vault> _reader;

    private protected TransactionalStorageContract(IGroupFixture group)
    {
        _group = group;
        _writer = Storage(group.Writer);
        _reader = Storage(group.Reader);
    }

    [Fact]
    public async Task A_state_that_was_never_stored_is_new_and_has_no_etag()
    {
        var loaded = await _reader.Load();
        Assert.Null(loaded.ETag);
        Assert.Equal((0, 0), (loaded.CommittedSequenceId, loaded.CommittedState.Amount));
        Assert.Empty(loaded.PendingStates);
        Assert.Empty(loaded.Metadata.CommitRecords);
    }

    [Fact]
    public async Task Prepared_states_are_loaded_in_the_order_of_their_numbers_and_are_not_committed()
    {
        var etag = await StoreAsync(null, [Pending(1, 10), Pending(2, 20)]);
        await StoreAsync(etag, [Pending(300, 30), Pending(3, 31)]);
        var loaded = await _reader.Load();
        Assert.Equal([(1, 10), (2, 20), (3, 31), (300, 30)], Amounts(loaded));
        Assert.Equal((0, 0), (loaded.CommittedSequenceId, loaded.CommittedState.Amount));
        var first = loaded.PendingStates[0];
        Assert.Equal(("tx-1", Time), (first.TransactionId, first.TimeStamp));
    }

    [Fact]
    public async Task Preparing_a_number_again_replaces_it()
    {
        var etag = await StoreAsync(null, [Pending(1, 10), Pending(2, 20)]);
        await StoreAsync(etag, [Pending(2, 21)]);
        Assert.Equal([(1, 10), (2, 21)], Amounts(await _reader.Load()));
    }

    [Fact]
    public async Task Committing_moves_the_committed_state_and_drops_what_was_prepared_up_to_it()
    {
        var etag = await StoreAsync(null, [Pending(1, 10), Pending(2, 20), Pending(3, 30)]);
        await StoreAsync(etag, commitUpTo: 2);
        var loaded = await _reader.Load();
        Assert.Equal((2, 20), (loaded.CommittedSequenceId, loaded.CommittedState.Amount));
        Assert.Equal([(3, 30)], Amounts(loaded));
    }

    [Fact]
    public async Task What_is_prepared_can_be_committed_in_the_same_change()
    {
        await StoreAsync(null, [Pending(1, 10), Pending(2, 20)], commitUpTo: 1);
        var loaded = await _reader.Load();
        Assert.Equal((1, 10), (loaded.CommittedSequenceId, loaded.CommittedState.Amount));
        Assert.Equal([(2, 20)], Amounts(loaded));
    }

    [Fact]
    public async Task Committing_what_is_committed_changes_nothing_but_the_metadata()
    {
        var etag = await StoreAsync(null, [Pending(1, 10), Pending(2, 20)], commitUpTo: 1);
        await StoreAsync(etag, commitUpTo: 1);
        var loaded = await _reader.Load();
        Assert.Equal((1, 10), (loaded.CommittedSequenceId, loaded.CommittedState.Amount));
        Assert.Equal([(2, 20)], Amounts(loaded));
    }

    [Fact]
    public async Task Committing_what_was_never_prepared_is_an_error_and_changes_nothing()
    {
        var etag = await StoreAsync(null, [Pending(1, 10)]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => StoreAsync(etag, [Pending(3, 30)], commitUpTo: 2));
        var loaded = await _reader.Load();
        Assert.Equal((etag, 0L), (loaded.ETag, loaded.CommittedSequenceId));
        Assert.Equal([(1, 10)], Amounts(loaded));
    }

    [Fact]
    public async Task Aborting_drops_what_was_prepared_after_it()
    {
        var etag = await StoreAsync(null, [Pending(1, 10), Pending(2, 20), Pending(3, 30)]);
        await StoreAsync(etag, abortAfter: 1);
        Assert.Equal([(1, 10)], Amounts(await _reader.Load()));
    }

    [Fact]
    public async Task Aborting_after_nothing_drops_all_and_what_is_prepared_in_the_same_change_stays()
    {
        var etag = await StoreAsync(null, [Pending(1, 10), Pending(2, 20)]);
        await StoreAsync(etag, [Pending(1, 11)], abortAfter: 0);
        Assert.Equal([(1, 11)], Amounts(await _reader.Load()));
    }

    [Fact]
    public async Task The_metadata_is_replaced_and_loaded_as_it_was()
    {
        var transaction = Guid.NewGuid();
        var metadata = new TransactionalStateMetaData { TimeStamp = Time, CommitRecords = { [transaction] = new() { Timestamp = Time, WriteParticipants = [] } } };
        var etag = await _writer.Store(null, metadata, null, null, null);
        var loaded = (await _reader.Load()).Metadata;
        Assert.Equal((Time, Time), (loaded.TimeStamp, loaded.CommitRecords[transaction].Timestamp));

        await _writer.Store(etag, new(), [], null, null);
        Assert.Empty((await _reader.Load()).Metadata.CommitRecords);
    }

    [Fact]
    public async Task Every_store_gives_a_new_etag_which_is_the_one_that_is_loaded()
    {
        var first = await StoreAsync(null);
        var second = await StoreAsync(first);
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await _reader.Load()).ETag);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("wrong")]
    [InlineData("9000000000000000000")]
    public async Task Any_other_etag_is_a_conflict_and_changes_nothing(string? etag)
    {
        var stored = await StoreAsync(null, [Pending(1, 10)]);
        await Assert.ThrowsAsync<InconsistentStateException>(() => StoreAsync(etag, [Pending(1, 11)], commitUpTo: 1));
        var loaded = await _reader.Load();
        Assert.Equal((stored, 0L), (loaded.ETag, loaded.CommittedSequenceId));
        Assert.Equal([(1, 10)], Amounts(loaded));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public async Task An_etag_of_a_state_that_was_never_stored_is_a_conflict(string etag)
    {
        await Assert.ThrowsAsync<InconsistentStateException>(() => StoreAsync(etag, [Pending(1, 10)]));
        Assert.Null((await _reader.Load()).ETag);
    }

    [Fact]
    public async Task Of_two_activations_that_store_the_one_that_lost_loads_and_goes_on()
    {
        var loser = Storage(_group.Reader);
        var etag = await StoreAsync(null, [Pending(1, 10)]);
        await StoreAsync(etag, commitUpTo: 1);
        await Assert.ThrowsAsync<InconsistentStateException>(() => loser.Store(etag, new(), [Pending(2, 20)], null, null));
        var loaded = await loser.Load();
        await loser.Store(loaded.ETag, loaded.Metadata, [Pending(2, 20)], 2, null);
        Assert.Equal((2, 20), ((await _writer.Load()).CommittedSequenceId, (await _writer.Load()).CommittedState.Amount));
    }

    [Fact]
    public async Task States_of_other_names_grains_and_providers_are_apart()
    {
        await StoreAsync(null, [Pending(1, 10)], commitUpTo: 1);
        Assert.Null((await _group.Reader.CreateTransactionalStorage("bank").Create<Vault>("other", _grain).Load()).ETag);
        Assert.Null((await _group.Reader.CreateTransactionalStorage("bank").Create<Vault>("vault", GrainId.Create("account", "2")).Load()).ETag);
        Assert.Null((await _group.Reader.CreateTransactionalStorage("other").Create<Vault>("vault", _grain).Load()).ETag);
    }

    private static PendingTransactionState<Vault> Pending(long sequence, int amount) => new()
    {
        SequenceId = sequence,
        TransactionId = $"tx-{sequence}",
        TimeStamp = Time,
        State = new() { Amount = amount },
    };

    private static IEnumerable<(long Sequence, int Amount)> Amounts(TransactionalStorageLoadResponse<Vault> loaded) =>
        loaded.PendingStates.Select(pending => (pending.SequenceId, pending.State.Amount));

    private RaftTransactionalStateStorage<Vault> Storage(GroupMember member) => member.CreateTransactionalStorage("bank").Create<Vault>("vault", _grain);

    private Task<string> StoreAsync(string? etag, List<PendingTransactionState<Vault>>? prepare = null, long? commitUpTo = null, long? abortAfter = null) =>
        _writer.Store(etag, new(), prepare, commitUpTo, abortAfter);
}
