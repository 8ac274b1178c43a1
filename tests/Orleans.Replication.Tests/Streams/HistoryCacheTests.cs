using Orleans.Providers.Streams.Common;
using Orleans.Replication.Streams.Provider;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Tests.Streams;

/// <summary>Where the subscribers of a queue are in the history, without a silo around it.</summary>
public sealed class HistoryCacheTests : IAsyncLifetime
{
    private static readonly StateReference<Basket> Reference = new(GrainId.Create("stock", "1"), "basket");
    private static readonly StreamId Stream = StateStreams.IdOf(Reference.Grain, Reference.StateName);

    private TestGroup _group = null!;
    private HistoryCache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _group = await TestGroup.StartAsync(1, new() { HistoryChanges = 10 });
        _cache = new HistoryCache(_group.Members[0].Group, SiloServices.Provider);
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task What_a_subscriber_was_given_counts_as_delivered_when_it_asks_for_the_next()
    {
        var versions = new[] { await WriteAsync(1), await WriteAsync(2) };
        var cursor = From(versions[0]);
        Assert.Equal(versions[0] - 1, _cache.DeliveredUpTo(versions[1]));
        Assert.Equal(versions[0], Next(cursor)?.Version);
        Assert.Equal(versions[0] - 1, _cache.DeliveredUpTo(versions[1]));
        Assert.Equal(versions[1], Next(cursor)?.Version);
        Assert.Equal(versions[0], _cache.DeliveredUpTo(versions[1]));
        Assert.Null(Next(cursor));
        Assert.Equal(versions[1], _cache.DeliveredUpTo(versions[1]));
    }

    [Fact]
    public async Task A_subscriber_that_has_everything_holds_nothing_up_until_there_is_more()
    {
        var first = await WriteAsync(1);
        var cursor = From(first);
        Next(cursor);
        Next(cursor);
        var second = await WriteAsync(2);
        Assert.Equal(first, _cache.DeliveredUpTo(second));
        cursor.Dispose();
        Assert.Equal(second, _cache.DeliveredUpTo(second));
    }

    [Fact]
    public async Task Who_names_no_version_gets_what_the_agent_has_not_been_given_yet()
    {
        _cache.Given = await WriteAsync(1);
        var second = await WriteAsync(2);
        var cursor = _cache.GetCacheCursor(Stream, null);
        Assert.Equal(second, Next(cursor)?.Version);
        Assert.Null(Next(cursor));
        var third = await WriteAsync(3);
        Assert.Equal(third, Next(cursor)?.Version);
        Assert.Null(Next(_cache.GetCacheCursor(StreamId.Create("no state", "1"), null)));
    }

    [Fact]
    public async Task Who_falls_behind_gets_the_state_as_it_is_now_and_then_what_follows()
    {
        var cursor = From(await WriteAsync(1));
        Next(cursor);
        for (var total = 2; total <= 30; total++)
            await WriteAsync(total);
        Assert.Equal(StateChangeKind.Compacted, Next(cursor)?.Kind);
        var last = await WriteAsync(31);
        Assert.Equal((StateChangeKind.Written, last), Next(cursor) is { } change ? (change.Kind, change.Version) : default);
    }

    [Fact]
    public async Task From_the_earliest_there_is_everything_that_is_kept()
    {
        var versions = new List<long> { await WriteAsync(1), await WriteAsync(2), await WriteAsync(3) };
        var cursor = _cache.TryGetCacheCursorAtPosition(Stream, StreamSubscriptionStartPosition.EarliestAvailable).Cursor!;
        Assert.Equal(versions, new List<long> { Next(cursor)!.Version, Next(cursor)!.Version, Next(cursor)!.Version });
    }

    [Fact]
    public async Task A_replica_out_of_service_interrupts_and_is_no_end()
    {
        var cursor = From(await WriteAsync(1));
        Assert.False(_cache.EndInterruption());
        await _group.Members[0].StopAsync();
        Assert.Null(Next(cursor));
        Assert.True(_cache.EndInterruption());
        Assert.False(_cache.EndInterruption());
    }

    private static GroupChange? Next(IQueueCacheCursor cursor) =>
        cursor.MoveNextWithResult().Kind == QueueCacheCursorMoveResultKind.Success ? Assert.IsType<StateChangeBatch>(cursor.GetCurrent(out _)).Change : null;

    private IQueueCacheCursor From(long version) => _cache.GetCacheCursor(Stream, new EventSequenceTokenV2(version));

    private async Task<long> WriteAsync(long total) =>
        (await _group.Members[0].Transactions.TransactAsync(new GroupTransaction().Write(Reference, new Basket { Total = total }), TestContext.Current.CancellationToken)).Version;
}
