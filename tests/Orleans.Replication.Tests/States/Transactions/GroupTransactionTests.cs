using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Transactions;

/// <summary>What a transaction does and refuses, on a silo of its own. Each test has states of its own.</summary>
public sealed class GroupTransactionTests(OneSilo one) : IClassFixture<OneSilo>
{
    private static int _lastGrain;

    private readonly StateReference<Basket> _a = NewState();
    private readonly StateReference<Basket> _b = NewState();

    private IReplicationGroup Group => one.Silo.Services.GetRequiredService<IReplicationGroup>();

    [Fact]
    public async Task Writes_and_operations_happen_together_at_one_version_and_give_their_results()
    {
        var outcome = await Group.TransactAsync(new GroupTransaction()
            .Require(_a, 0)
            .Write(_a, new Basket { Total = 5 })
            .Apply(_b, new Add(7), out var added)
            .Apply(_b, new Take(2), out var taken));
        Assert.True(outcome.Committed);
        Assert.Equal((7L, true), (outcome.ResultOf(added), outcome.ResultOf(taken)));
        Assert.Equal((5L, outcome.Version), await ReadAsync(_a));
        Assert.Equal((5L, outcome.Version), await ReadAsync(_b));
    }

    [Fact]
    public async Task Conditions_that_do_not_hold_are_named_with_what_was_found_and_nothing_happens()
    {
        var version = await Group.GetState(_a).WriteAsync(new Basket { Total = 1 });
        var outcome = await Group.TransactAsync(new GroupTransaction()
            .Require(_a, 0)
            .Require(_a, version)
            .RequireExists(_b)
            .Require(_a, version + 1)
            .Write(_b, new Basket { Total = 9 })
            .Apply(_a, new Add(1), out var added));
        Assert.False(outcome.Committed);
        Assert.Equal(
            [new(_a.Grain, "basket", 0, version), new(_b.Grain, "basket", null, 0), new(_a.Grain, "basket", version + 1, version)],
            outcome.Conflicts);
        Assert.Throws<InvalidOperationException>(() => outcome.ResultOf(added));
        Assert.Throws<InvalidOperationException>(() => outcome.Version);
        Assert.Equal((1L, version), await ReadAsync(_a));
        Assert.Equal((0L, 0L), await ReadAsync(_b));
    }

    [Fact]
    public async Task Conditions_alone_may_be_asked_for()
    {
        var version = await Group.GetState(_a).WriteAsync(new Basket { Total = 1 });
        Assert.True((await Group.TransactAsync(new GroupTransaction().Require(_a, version).RequireExists(_a).Require(_b, 0))).Committed);
        Assert.Equal((1L, version), await ReadAsync(_a));
    }

    [Fact]
    public async Task An_operation_that_throws_rejects_the_whole_transaction_with_the_name_of_its_state()
    {
        var version = await Group.GetState(_a).WriteAsync(new Basket { Total = 1 });
        var error = await Assert.ThrowsAsync<TransactionRejectedException>(async () => await Group.TransactAsync(new GroupTransaction()
            .Apply(_a, new Add(1))
            .Write(_b, new Basket { Total = 9 })
            .Apply(_b, new Spend(10))
            .Clear(_a)));
        Assert.Equal((_b.Grain, "basket", typeof(InvalidOperationException).FullName), (error.Grain, error.StateName, error.ErrorType));
        Assert.Equal($"The transaction was rejected by an operation on state 'basket' of {_b.Grain}: 10 of 9", error.Message);
        Assert.Equal((1L, version), await ReadAsync(_a));
        Assert.Equal((0L, 0L), await ReadAsync(_b));

        // Nor does the history know of it.
        await Group.GetState(_a).ApplyAsync(new Add(1));
        Assert.Equal([1L, 2L], (await TakeAsync(_a, 2)).Select(change => change.Value.Total));
    }

    [Fact]
    public async Task Steps_see_those_before_them_and_a_state_changes_once()
    {
        var outcome = await Group.TransactAsync(new GroupTransaction()
            .Apply(_a, new Add(1), out var first)
            .Clear(_a)
            .Apply(_a, new Look(), out var cleared)
            .Write(_a, new Basket { Total = 10 })
            .Apply(_a, new Add(2), out var last)
            .Write(_b, new Basket { Total = 1 })
            .Clear(_b));
        Assert.Equal((1L, 0L, 12L), (outcome.ResultOf(first), outcome.ResultOf(cleared), outcome.ResultOf(last)));
        Assert.Equal((0L, 0L), await ReadAsync(_b));
        var again = await Group.GetState(_a).ApplyAsync(new Add(1));
        Assert.Equal([(12L, outcome.Version), (again, (await ReadAsync(_a)).Version)], (await TakeAsync(_a, 2)).Select(change => (change.Value.Total, change.Version)));
    }

    [Fact]
    public async Task Who_sees_the_event_of_one_state_reads_the_rest_of_the_transaction()
    {
        const int Transactions = 50;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var other = Group.GetState(_b);
        var watching = Task.Run(async () =>
        {
            await foreach (var change in Group.GetState(_a).WatchAsync(0, stop.Token))
            {
                Assert.True(other.Version >= change.Version, $"'a' is at {change.Version}, and 'b' only at {other.Version}.");
                Assert.Equal(change.Value.Total, (await other.ReadAtAsync(change.Version, stop.Token)).Value.Total);
                if (change.Value.Total == Transactions)
                    return;
            }
        });
        for (var i = 0; i < Transactions; i++)
            await Group.TransactAsync(new GroupTransaction().Apply(_a, new Add(1)).Apply(_b, new Add(1)));
        await watching.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_state_of_another_group_is_refused_before_anything_is_proposed()
    {
        var elsewhere = new StateReference<Basket>(_a.Grain, "basket", "precious");
        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await Group.TransactAsync(new GroupTransaction()
            .Apply(_a, new Add(1))
            .Apply(elsewhere, new Add(1))));
        Assert.Contains("is in group 'precious', and this is group 'default'. A transaction is atomic within one group only", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Group.TransactAsync(new GroupTransaction().Require(elsewhere, 0).Apply(_a, new Add(1))));
        Assert.Throws<ArgumentException>(() => Group.GetState(elsewhere));
        Assert.Equal(0, (await ReadAsync(_a)).Version);
    }

    [Fact]
    public async Task A_group_that_the_silo_does_not_have_is_an_error_that_says_so()
    {
        var unknown = one.Silo.Services.GetRequiredKeyedService<IReplicationGroup>("precious");
        var state = new StateReference<Basket>(_a.Grain, "basket", "precious");
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await unknown.TransactAsync(new GroupTransaction().Clear(state)));
        Assert.Equal("default", one.Silo.Services.GetRequiredKeyedService<IReplicationGroup>("default").Name);
    }

    [Fact]
    public async Task What_no_replica_could_run_is_refused_before_anything_is_proposed()
    {
        var version = await Group.GetState(_a).WriteAsync(new Basket { Total = 1 });
        await RefusedAsync<ArgumentException>(new GroupTransaction());
        await RefusedAsync<ArgumentException>(new GroupTransaction().Clear(default(StateReference<Basket>)));
        await RefusedAsync<ArgumentException>(new GroupTransaction().Apply<Basket, int>(_a, new Ambiguous()));
        await RefusedAsync<ArgumentException>(new GroupTransaction().Write(_a, new Basket { Items = [new string('x', 9 << 20)] }));
        var many = new GroupTransaction();
        for (var i = 0; i <= GroupTransaction.MaxParts; i++)
            many.Apply(_a, new Add(1));
        var error = await RefusedAsync<ArgumentException>(many);
        Assert.Contains("A transaction has 1 to 1024 conditions and steps; this one has 1025.", error.Message, StringComparison.Ordinal);
        var wrong = new StateReference<Guid>(_a.Grain, _a.StateName);
        var configuration = await RefusedAsync<ReplicationConfigurationException>(new GroupTransaction().Write(wrong, Guid.Empty));
        Assert.Contains("was named as a System.Guid, which it is not", configuration.Message, StringComparison.Ordinal);
        Assert.Equal(version, (await ReadAsync(_a)).Version);
        Assert.Null(one.Silo.Group.GetStatus().Fault);
    }

    [Fact]
    public async Task A_state_that_was_written_as_another_type_is_refused_to_operations_until_it_is_cleared()
    {
        var wrong = new StateReference<Guid>(_a.Grain, _a.StateName);
        await Group.GetState(wrong).WriteAsync(Guid.NewGuid());
        var state = Group.GetState(_a);
        var error = await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await state.ApplyAsync(new Add(1)));
        Assert.Contains($"was named as a {typeof(Basket)}, which it is not", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await state.WriteAsync(new Basket()));
        Assert.Null(one.Silo.Group.GetStatus().Fault);
        Assert.True(await state.ClearAsync());
        Assert.Equal(1, await state.ApplyAsync(new Add(1)));
        Assert.Equal(2, await state.ApplyAsync(new Add(1)));
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await Group.GetState(wrong).WriteAsync(Guid.Empty));
    }

    [Fact]
    public async Task A_grain_changes_its_own_state_and_that_of_another_and_the_history_says_who()
    {
        var mover = one.Silo.Grains.GetGrain<IMoverGrain>($"mover{Interlocked.Increment(ref _lastGrain)}");
        await Group.GetState(_a).WriteAsync(new Basket { Total = 10 });
        Assert.Equal((4L, 6L), await mover.Fetch(_a, 4));
        var own = await mover.Refer();
        Assert.Equal((4L, (await ReadAsync(_a)).Version), await ReadAsync(own));
        var rejected = await Assert.ThrowsAsync<TransactionRejectedException>(async () => await mover.Fetch(_a, 7));
        Assert.Equal((_a.Grain, "basket"), (rejected.Grain, rejected.StateName));

        var change = await Group.GetState(_a).ReadAtAsync((await ReadAsync(_a)).Version);
        Assert.Equal(new(one.Silo.Group.LocalId, mover.GetGrainId()), change.Origin);
    }

    [Fact]
    public async Task Operations_of_one_transaction_have_seeds_of_their_own()
    {
        await Group.TransactAsync(new GroupTransaction().Apply(_a, new Add(1)).Apply(_b, new Add(1)));
        var (a, b) = (Group.GetState(_a).Value.Last!, Group.GetState(_b).Value.Last!);
        Assert.Equal((a.Index, a.Timestamp), (b.Index, b.Timestamp));
        Assert.NotEqual(a.Seed, b.Seed);
        Assert.Equal((_a.Grain, _b.Grain), (a.Grain, b.Grain));
    }

    private static StateReference<Basket> NewState() => new(GrainId.Create("shelf", $"{Interlocked.Increment(ref _lastGrain)}"), "basket");

    private async Task<TError> RefusedAsync<TError>(GroupTransaction transaction)
        where TError : Exception => await Assert.ThrowsAnyAsync<TError>(async () => await Group.TransactAsync(transaction));

    private async Task<(long Total, long Version)> ReadAsync(StateReference<Basket> state)
    {
        var read = await Group.GetState(state).ReadVersionedAsync();
        return (read.Value.Total, read.Version);
    }

    private async Task<List<StateChange<Basket>>> TakeAsync(StateReference<Basket> state, int count) =>
        await Group.GetState(state).WatchAsync(0, TestContext.Current.CancellationToken).Take(count).ToListAsync();
}
