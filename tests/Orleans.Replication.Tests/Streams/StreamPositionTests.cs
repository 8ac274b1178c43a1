using Orleans.Replication.Raft;
using Orleans.Replication.Streams.Provider;
using Orleans.Replication.Streams.Records;
using Orleans.Replication.Tests.Groups;
using Orleans.Streams;

namespace Orleans.Replication.Tests.Streams;

/// <summary>How far the queues of a stream provider are.</summary>
public sealed class StreamPositionTests : IAsyncLifetime
{
    private static readonly QueueId First = QueueId.GetQueueId("p", 0, 0);
    private static readonly QueueId Second = QueueId.GetQueueId("p", 1, 0x80000000);

    private TestGroup _group = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private RaftGroup Group => _group.Members[0].Group;

    public async ValueTask InitializeAsync() => _group = await TestGroup.StartAsync(1);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task A_position_only_grows()
    {
        var positions = new StreamPositions("p", 2, Group);
        Assert.Null(positions.Find(First));
        foreach (var version in (long[])[5, 9, 7])
            await positions.SaveAsync(First, version, Cancelled);
        Assert.Equal(9, positions.Find(First));
        Assert.Null(new StreamPositions("another", 2, Group).Find(First));
    }

    [Fact]
    public async Task Queues_begin_once_and_each_with_what_there_is_then()
    {
        var positions = new StreamPositions("p", 2, Group);
        await positions.BeginAsync([First, Second], Cancelled);
        var begin = positions.Find(First);
        Assert.Equal(begin, positions.Find(Second));
        await positions.SaveAsync(Second, 100, Cancelled);
        await positions.BeginAsync([First, Second], Cancelled);
        Assert.Equal((begin, 100), (positions.Find(First), positions.Find(Second)));
    }

    [Fact]
    public async Task When_the_streams_are_divided_anew_no_queue_begins_behind_where_any_was()
    {
        var before = new StreamPositions("p", 2, Group);
        await before.SaveAsync(First, 50, Cancelled);
        await before.SaveAsync(Second, 40, Cancelled);
        Assert.Equal(40, new StreamPositions("p", 3, Group).Find(First));
    }

    [Fact]
    public async Task What_is_no_position_is_refused()
    {
        foreach (var payload in (byte[][])[[], [1], [1, 0, 0], StreamPositionTable.Encode(-1)])
            Assert.Equal(CommandStatus.Rejected, (await Group.ProposeAsync(new Command(StreamPositionTable.TableName, "key"u8.ToArray(), payload), Cancelled)).Status);
    }
}
