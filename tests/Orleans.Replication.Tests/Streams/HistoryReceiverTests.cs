using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Streams.Provider;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Tests.Streams;

/// <summary>What an agent is told of a queue, without a silo around it.</summary>
public sealed class HistoryReceiverTests : IAsyncLifetime
{
    private static readonly StateReference<Basket> Reference = new(GrainId.Create("stock", "1"), "basket");
    private static readonly StreamId Stream = StateStreams.IdOf(Reference.Grain, Reference.StateName);

    private readonly FakeTimeProvider _time = new();
    private readonly RaftStreamOptions _options = new() { Queues = 1 };
    private readonly HashRingBasedStreamQueueMapper _mapper = new(new HashRingStreamQueueMapperOptions { TotalQueueCount = 1 }, "p");

    private TestGroup _group = null!;
    private HistoryCache _cache = null!;
    private HistoryReceiver _receiver = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private RaftGroup Group => _group.Members[0].Group;

    private QueueId Queue => _mapper.GetAllQueues().Single();

    private StreamPositions Positions => new("p", 1, Group);

    public async ValueTask InitializeAsync()
    {
        _group = await TestGroup.StartAsync(1, new() { HistoryChanges = 10 });
        await Positions.BeginAsync([Queue], Cancelled);
        _cache = new HistoryCache(Group, SiloServices.Provider);
        _receiver = new HistoryReceiver("p", Queue, _mapper, Group, _cache, _options, _time, NullLogger.Instance);
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task Who_is_met_behind_a_gap_is_told_of_it()
    {
        for (var total = 1; total <= 30; total++)
            await WriteAsync(total);
        var news = Assert.Single(await _receiver.GetQueueMessagesAsync(256, Cancelled));
        var cursor = _cache.GetCacheCursor(news.StreamId, news.SequenceToken);
        Assert.Equal((StateChangeKind.Compacted, 30), Next(cursor) is { } change ? (change.Kind, _group.Members[0].Transactions.Read<Basket>(change).Value.Total) : default);
    }

    [Fact]
    public async Task Who_subscribes_while_something_is_on_its_way_to_the_agent_gets_it()
    {
        await WriteAsync(1);
        await _receiver.GetQueueMessagesAsync(256, Cancelled);
        var version = await WriteAsync(2);
        await _receiver.GetQueueMessagesAsync(256, Cancelled);
        Assert.Equal(version, Next(_cache.GetCacheCursor(Stream, null))?.Version);
        await _receiver.GetQueueMessagesAsync(256, Cancelled);
        Assert.Null(Next(_cache.GetCacheCursor(Stream, null)));
    }

    [Fact]
    public async Task What_was_delivered_is_saved_an_interval_later()
    {
        var version = await WriteAsync(1);
        var news = Assert.Single(await _receiver.GetQueueMessagesAsync(256, Cancelled));
        var cursor = _cache.GetCacheCursor(news.StreamId, news.SequenceToken);
        Next(cursor);
        await PassAsync();
        await PassAsync();
        Assert.InRange(Positions.Find(Queue)!.Value, 0, version - 1);
        Next(cursor);
        await PassAsync();
        Assert.InRange(Positions.Find(Queue)!.Value, 0, version - 1);
        await PassAsync();
        await Eventually.TrueAsync("the position to be saved", () => Positions.Find(Queue) >= version);
    }

    private async Task PassAsync()
    {
        _time.Advance(_options.CheckpointInterval);
        await _receiver.GetQueueMessagesAsync(256, Cancelled);

        // What it saves is in the log before this is.
        await new StreamPositions("another", 1, Group).SaveAsync(Queue, 1, Cancelled);
    }

    private static GroupChange? Next(IQueueCacheCursor cursor) =>
        cursor.MoveNextWithResult().Kind == QueueCacheCursorMoveResultKind.Success ? Assert.IsType<StateChangeBatch>(cursor.GetCurrent(out _)).Change : null;

    private async Task<long> WriteAsync(long total) =>
        (await _group.Members[0].Transactions.TransactAsync(new GroupTransaction().Write(Reference, new Basket { Total = total }), Cancelled)).Version;
}
