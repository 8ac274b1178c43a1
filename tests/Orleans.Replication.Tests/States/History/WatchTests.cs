using System.Threading.Channels;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.States.History;

/// <summary>Watching a replicated state on real silos.</summary>
public sealed class WatchTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    private static int _lastGrain;

    private readonly string _grain = $"watched{Interlocked.Increment(ref _lastGrain)}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_silo_sees_every_change_once_and_in_order_while_three_silos_write()
    {
        const int WritesPerSilo = 100;
        var watches = silos.All.Select(silo => TakeAsync(Grain(silo).Watch(0, Cancelled), 3 * WritesPerSilo)).ToArray();

        await Task.WhenAll(silos.All.Select(async silo =>
        {
            for (var i = 0; i < WritesPerSilo; i++)
                await Grain(silo).Add(1);
        }));

        foreach (var watch in watches)
        {
            var changes = await watch;
            Assert.Equal(Enumerable.Range(1, 3 * WritesPerSilo).Select(total => (long)total), changes.Select(change => change.Value.Total));
            Assert.Equal(changes.Select(change => change.Version).Distinct().Order(), changes.Select(change => change.Version));
            Assert.All(changes, change => Assert.Equal(StateChangeKind.Written, change.Kind));
        }
    }

    [Fact]
    public async Task A_watch_is_resumed_on_another_silo_with_the_version_of_its_last_event()
    {
        for (var i = 0; i < 20; i++)
            await Grain(silos[0]).Add(1);
        var first = await TakeAsync(Grain(silos[0]).Watch(0, Cancelled), 7);
        var second = await TakeAsync(Grain(silos[1]).Watch(first[^1].Version, Cancelled), 7);
        var third = await TakeAsync(Grain(silos[2]).Watch(second[^1].Version, Cancelled), 6);
        Assert.Equal(Enumerable.Range(1, 20).Select(total => (long)total), first.Concat(second).Concat(third).Select(change => change.Value.Total));
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_with_the_next_change()
    {
        var grain = Grain(silos[0]);
        await grain.Add(1);
        await using var watch = Start(grain.Watch(null, Cancelled));
        var before = (await grain.Read(ReadConsistency.Linearizable)).Version;

        // When the watch begins is not known here, but that it begins is: sooner or later it sees an addition.
        StateChange<Basket>? seen = null;
        while (seen is null)
        {
            await grain.Add(1);
            seen = watch.TryTake();
        }

        Assert.True(seen.Value.Version > before);
        await grain.Add(1);
        var next = await watch.TakeAsync();
        Assert.True(next.Version > seen.Value.Version);
    }

    [Fact]
    public async Task A_deletion_is_an_event_and_one_of_nothing_is_none()
    {
        var grain = Grain(silos[0]);
        await grain.Clear(null);
        await grain.Add(5);
        await grain.Clear(null);
        await grain.Clear(null);
        var again = await grain.Write(new Basket { Total = 9 }, expectedVersion: 0);

        var changes = await TakeAsync(grain.Watch(0, Cancelled), 3);
        Assert.Equal(
            [(StateChangeKind.Written, 5L), (StateChangeKind.Cleared, 0L), (StateChangeKind.Written, 9L)],
            changes.Select(change => (change.Kind, change.Value.Total)));
        Assert.Equal(again, changes[^1].Version);
    }

    [Fact]
    public async Task Neither_a_rejected_operation_nor_one_that_changes_nothing_is_an_event()
    {
        var grain = Grain(silos[0]);
        await grain.Add(1);
        await Assert.ThrowsAsync<OperationRejectedException>(async () => await grain.Fail("no"));
        Assert.False(await grain.Take(2));
        await grain.Add(1);
        Assert.Equal([1L, 2L], (await TakeAsync(grain.Watch(0, Cancelled), 2)).Select(change => change.Value.Total));
    }

    [Fact]
    public async Task A_change_has_the_leaders_time()
    {
        var grain = Grain(silos[0]);
        await grain.Add(1);
        var change = Assert.Single(await TakeAsync(grain.Watch(0, Cancelled), 1));
        Assert.Equal((await grain.Read(ReadConsistency.Linearizable)).Value.Last!.Timestamp, change.Timestamp);
    }

    private static async Task<List<StateChange<Basket>>> TakeAsync(IAsyncEnumerable<StateChange<Basket>> watch, int count)
    {
        var changes = new List<StateChange<Basket>>();
        await foreach (var change in watch)
        {
            changes.Add(change);
            if (changes.Count == count)
                break;
        }

        return changes;
    }

    private static Running Start(IAsyncEnumerable<StateChange<Basket>> watch) => new(watch);

    private IReplicatedBasketGrain Grain(TestSilo silo) => silo.Grains.GetGrain<IReplicatedBasketGrain>(_grain);

    /// <summary>A watch that is read in the background.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        private readonly Channel<StateChange<Basket>> _seen = Channel.CreateUnbounded<StateChange<Basket>>();
        private readonly Task _reading;

        public Running(IAsyncEnumerable<StateChange<Basket>> watch) => _reading = ReadAsync(watch);

        public StateChange<Basket>? TryTake() => _seen.Reader.TryRead(out var change) ? change : null;

        public ValueTask<StateChange<Basket>> TakeAsync() => _seen.Reader.ReadAsync(Cancelled);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async Task ReadAsync(IAsyncEnumerable<StateChange<Basket>> watch)
        {
            await foreach (var change in watch.WithCancellation(_stop.Token))
                _seen.Writer.TryWrite(change);
        }
    }
}
