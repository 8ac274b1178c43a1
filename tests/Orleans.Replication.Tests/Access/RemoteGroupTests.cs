using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Replication.Access;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.States.Versions;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Access;

/// <summary>A client uses a group of three silos without a grain call. Each test has states of its own.</summary>
public sealed class RemoteGroupTests(AccessCluster cluster) : IClassFixture<AccessCluster>, IAsyncLifetime
{
    private static int _lastGrain;

    private readonly StateReference<Basket> _a = NewState();
    private readonly StateReference<Basket> _b = NewState();
    private IReplicationGroup _group = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _group = await cluster.ConnectAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task What_a_client_writes_the_silos_read_and_the_other_way_round()
    {
        var state = _group.GetState(_a);
        var version = await state.WriteAsync(new Basket { Total = 5 }, 0, Cancelled);
        Assert.Equal(8, await state.ApplyAsync(new Add(3, "apple"), Cancelled));
        for (var silo = 0; silo < 3; silo++)
        {
            var there = cluster.Silos.Services(silo).GetRequiredService<IReplicationGroup>().GetState(_a);
            var read = await there.ReadVersionedAsync(cancellationToken: Cancelled);
            Assert.Equal((8 + silo, true), (read.Value.Total, read.Version > version));
            Assert.Equal(9 + silo, await there.ApplyAsync(new Add(1), Cancelled));
            Assert.Equal(9 + silo, (await state.ReadAsync(cancellationToken: Cancelled)).Total);
            Assert.Equal(9 + silo, await state.ReadAsync(basket => basket.Total, ReadConsistency.Lease, Cancelled));
        }

        Assert.True(await state.ClearAsync(Cancelled));
        Assert.False(await state.ClearAsync(Cancelled));
        var initial = await state.ReadVersionedAsync(cancellationToken: Cancelled);
        Assert.Equal((0L, 0L), (initial.Value.Total, initial.Version));
    }

    [Fact]
    public async Task Value_and_version_are_what_was_read_or_written_last_through_the_same_object()
    {
        var state = _group.GetState(_a);
        Assert.Equal((0L, 0L), (state.Value.Total, state.Version));
        var version = await state.WriteAsync(new Basket { Total = 5 }, null, Cancelled);
        Assert.Equal((5L, version), (state.Value.Total, state.Version));
        await _group.GetState(_a).ApplyAsync(new Add(1), Cancelled);
        Assert.Equal((5L, version), (state.Value.Total, state.Version));
        var read = await state.ReadVersionedAsync(cancellationToken: Cancelled);
        Assert.Equal((6L, read.Version), (state.Value.Total, state.Version));
        Assert.Same(read.Value, await state.ReadAsync(cancellationToken: Cancelled));
        Assert.True(await state.ClearAsync(read.Version, Cancelled));
        Assert.Equal((0L, 0L), (state.Value.Total, state.Version));
    }

    [Fact]
    public async Task Rejections_and_versions_that_do_not_match_are_the_same_errors_as_on_a_silo()
    {
        var state = _group.GetState(_a);
        var version = await state.WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        var mismatch = await Assert.ThrowsAsync<VersionMismatchException>(async () => await state.WriteAsync(new Basket(), version + 1, Cancelled));
        Assert.Equal((version + 1, version), (mismatch.ExpectedVersion, mismatch.ActualVersion));
        await Assert.ThrowsAsync<VersionMismatchException>(async () => await state.ClearAsync(version - 1, Cancelled));
        var rejected = await Assert.ThrowsAsync<OperationRejectedException>(async () => await state.ApplyAsync(new Spend(10), Cancelled));
        Assert.Equal(("10 of 1", typeof(InvalidOperationException).FullName), (rejected.Message, rejected.ErrorType));
        Assert.False(await state.ApplyAsync(new Take(10), Cancelled));
        Assert.Equal(version, (await state.ReadVersionedAsync(cancellationToken: Cancelled)).Version);
    }

    [Fact]
    public async Task Stale_reads_are_as_old_as_is_allowed()
    {
        var state = _group.GetState(_a);
        var version = await state.WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        var read = await state.ReadStaleAsync(TimeSpan.FromSeconds(10), Cancelled);
        Assert.True(read.Version is 0 || read.Version == version);
        Assert.True((await state.ReadVersionedAsync(ReadConsistency.Stale, Cancelled)).Version <= version);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await state.ReadStaleAsync(TimeSpan.FromTicks(-1), Cancelled));
    }

    [Fact]
    public async Task A_transaction_commits_conflicts_and_is_rejected_as_on_a_silo()
    {
        var done = await _group.TransactAsync(new GroupTransaction().Require(_a, 0).Write(_a, new Basket { Total = 5 }).Apply(_b, new Add(7), out var added), Cancelled);
        Assert.Equal((true, 7L), (done.Committed, done.ResultOf(added)));
        Assert.Equal(done.Version, (await _group.GetState(_b).ReadVersionedAsync(cancellationToken: Cancelled)).Version);
        var conflict = await _group.TransactAsync(new GroupTransaction().Require(_a, 0).Clear(_a), Cancelled);
        Assert.Equal([new(_a.Grain, "basket", 0, done.Version)], conflict.Conflicts);
        var rejected = await Assert.ThrowsAsync<TransactionRejectedException>(async () =>
            await _group.TransactAsync(new GroupTransaction().Clear(_a).Apply(_b, new Spend(10)), Cancelled));
        Assert.Equal(_b.Grain, rejected.Grain);
        Assert.Equal(5, (await _group.GetState(_a).ReadAsync(cancellationToken: Cancelled)).Total);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _group.TransactAsync(new GroupTransaction(), Cancelled));
    }

    [Fact]
    public async Task A_watch_tells_every_change_of_a_state_in_order_with_who_made_it()
    {
        var state = _group.GetState(_a);
        await using var changes = state.WatchAsync(0, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = changes.MoveNextAsync();
        var version = await state.WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        await state.ApplyAsync(new Add(1), Cancelled);
        await state.ClearAsync(Cancelled);
        Assert.True(await next);
        Assert.Equal((StateChangeKind.Written, 1L, version), (changes.Current.Kind, changes.Current.Value.Total, changes.Current.Version));
        Assert.Null(changes.Current.Origin.Grain);
        Assert.DoesNotContain(changes.Current.Origin.PeerId!, cluster.Silos.Peer(0), StringComparison.Ordinal);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal((StateChangeKind.Written, 2L), (changes.Current.Kind, changes.Current.Value.Total));
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal((StateChangeKind.Cleared, 0L), (changes.Current.Kind, changes.Current.Value.Total));
    }

    [Fact]
    public async Task A_watch_of_the_group_tells_the_changes_of_all_states_and_goes_on_after_each()
    {
        var begun = await _group.GetState(_a).WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        var done = await _group.TransactAsync(new GroupTransaction().Write(_a, new Basket { Total = 2 }).Write(_b, new Basket { Total = 3 }), Cancelled);
        var seen = new List<(GrainId, long, long)>();
        await foreach (var change in _group.WatchAsync(begun, Cancelled))
        {
            if (change.Grain != _a.Grain && change.Grain != _b.Grain)
                continue;
            seen.Add((change.Grain, change.Version, _group.Read<Basket>(change).Value.Total));
            if (seen.Count == 2)
                break;
        }

        Assert.Equal([(_a.Grain, done.Version, 2L), (_b.Grain, done.Version, 3L)], seen);
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_comes()
    {
        var state = _group.GetState(_a);
        await state.WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await using var changes = state.WatchAsync(null, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = changes.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
            await state.ApplyAsync(new Add(1), Cancelled); // Until the watch runs.
        Assert.True(await next);
        Assert.True(changes.Current.Value.Total > 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await changes.MoveNextAsync())
                continue;
        });
    }

    [Fact]
    public async Task The_past_can_be_asked_for()
    {
        var state = _group.GetState(_a);
        var first = await state.WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        await state.WriteAsync(new Basket { Total = 2 }, null, Cancelled);
        var past = await state.ReadAtAsync(first, Cancelled);
        Assert.Equal((StateChangeKind.Written, 1L, first), (past.Kind, past.Value.Total, past.Version));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await state.ReadAtAsync(long.MaxValue, Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await state.ReadAtAsync(0, Cancelled));
    }

    [Fact]
    public async Task An_operation_whose_version_is_not_in_force_is_refused_by_the_silo()
    {
        var state = _group.GetState(_a);
        var refused = await Assert.ThrowsAsync<OperationNotYetAvailableException>(async () => await state.ApplyAsync(new Second(), Cancelled));
        Assert.Equal((2, 1), (refused.RequiredVersion, refused.VersionInForce));
        Assert.Contains(nameof(Second), refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OperationNotYetAvailableException>(async () => await _group.TransactAsync(new GroupTransaction().Apply(_a, new Add(1)).Apply(_a, new Ninth()), Cancelled));
        Assert.Equal(1, _group.OperationsVersion);
        Assert.Equal(0, (await state.ReadVersionedAsync(cancellationToken: Cancelled)).Version);
    }

    [Fact]
    public async Task What_no_replica_could_run_is_refused_and_the_replicas_stay_in_service()
    {
        var state = _group.GetState(_a);
        await state.WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        await Assert.ThrowsAsync<ArgumentException>(async () => await state.ApplyAsync<int>(new Ambiguous(), Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(async () => await state.WriteAsync(new Basket { Items = [new string('x', 9 << 20)] }, null, Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(async () => await state.WriteAsync(new Basket { Items = [new string('x', 33 << 20)] }, null, Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(async () => await state.WriteAsync(new Basket(), -1, Cancelled));

        // A state of another type, in the log, would take every replica out of service.
        var stamped = new StateReference<Guid>(_a.Grain, _a.StateName);
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await _group.GetState(stamped).ApplyAsync(new Stamp(), Cancelled));
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await _group.TransactAsync(new GroupTransaction().Write(_b, new Basket { Total = 3 }).Apply(stamped with { Grain = _b.Grain }, new Stamp()), Cancelled));
        await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await _group.GetState(stamped).ReadAsync(cancellationToken: Cancelled));
        Assert.Equal(2, await state.ApplyAsync(new Add(1), Cancelled));
        for (var silo = 0; silo < 3; silo++)
            Assert.Null(cluster.Silos.Services(silo).GetRequiredService<IReplicationHost>().GetGroup("default").GetStatus().Fault);
    }

    [Fact]
    public async Task A_large_state_goes_both_ways()
    {
        var item = new string('x', 4 << 20);
        await _group.GetState(_a).WriteAsync(new Basket { Items = [item] }, null, Cancelled);
        Assert.Equal(item, (await _group.GetState(_a).ReadAsync(cancellationToken: Cancelled)).Items[0]);
    }

    [Fact]
    public async Task Many_calls_at_once_are_each_answered()
    {
        var state = _group.GetState(_a);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => state.ApplyAsync(new Add(1), Cancelled).AsTask()));
        var reads = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => state.ReadAsync(cancellationToken: Cancelled).AsTask()));
        Assert.All(reads, read => Assert.Equal(300, read.Total));
    }

    [Fact]
    public async Task More_watches_than_a_connection_takes_are_refused()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var watches = Enumerable.Range(0, AccessProtocol.MaxWatchesPerConnection + 1).Select(_ => WatchAsync(_group.GetState(_a), stop.Token)).ToList();
        await Assert.ThrowsAsync<ReplicationBusyException>(() => watches[^1]);
        await _group.GetState(_a).WriteAsync(new Basket { Total = 1 }, null, Cancelled);
        foreach (var watch in watches.SkipLast(1))
            Assert.Equal(1, (await watch).Value.Total);

        // Those that ended made room.
        Assert.Equal(1, (await WatchAsync(_group.GetState(_a), stop.Token)).Value.Total);

        static async Task<StateChange<Basket>> WatchAsync(IReplicatedState<Basket> state, CancellationToken cancellationToken)
        {
            await foreach (var change in state.WatchAsync(0, cancellationToken))
                return change;
            throw new InvalidOperationException("The watch ended.");
        }
    }

    [Fact]
    public async Task A_group_that_no_silo_has_is_said_to_be_missing_at_once()
    {
        var services = await cluster.ConnectAsync(options => options.Seeds = [cluster.Silos.Peer(0)]);
        var unknown = services.GetRequiredKeyedService<IReplicationGroup>("precious");
        var error = await Assert.ThrowsAsync<ReplicationConfigurationException>(async () =>
            await unknown.GetState(new StateReference<Basket>(_a.Grain, "basket", "precious")).ReadAsync(cancellationToken: Cancelled));
        Assert.Contains("There is no replication group 'precious'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => unknown.GetState(_a));
        Assert.Equal("default", services.GetRequiredKeyedService<IReplicationGroup>("default").Name);
    }

    [Fact]
    public async Task Who_has_a_wrong_token_or_is_of_another_cluster_is_told_so_and_nothing_is_written()
    {
        foreach (var (change, reason) in new (Action<Configuration.RaftAccessOptions>, string)[]
        {
            (options => options.AccessToken = "what nobody shares with them", "The token is not the silos' AccessToken."),
            (options => options.ClusterId = "another", "not 'another'"),
        })
        {
            var services = await cluster.ConnectAsync(options =>
            {
                options.Seeds = [cluster.Silos.Peer(0), cluster.Silos.Peer(1)];
                change(options);
            });
            var state = services.GetRequiredService<IReplicationGroup>().GetState(_a);
            var error = await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await state.WriteAsync(new Basket(), null, Cancelled));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ReplicationConfigurationException>(async () =>
            {
                await foreach (var _ in state.WatchAsync(0, Cancelled))
                    continue;
            });
        }

        Assert.Equal(0, (await _group.GetState(_a).ReadVersionedAsync(cancellationToken: Cancelled)).Version);
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends_at_once()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _group.GetState(_a).ReadAsync(cancellationToken: given.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _group.GetState(_a).WriteAsync(new Basket(), null, given.Token));
    }

    private static StateReference<Basket> NewState() => new(GrainId.Create("remote", $"{Interlocked.Increment(ref _lastGrain)}"), "basket");
}
