using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>
/// What an agent delivers from: the replica's own history. So nothing is held twice, no subscriber holds up another, and one may begin at any version.
/// </summary>
internal sealed class HistoryCache(RaftGroup group, IServiceProvider services) : IQueueCache
{
    private readonly StateHistory _history = group.Tables.OfType<StatesTable>().Single().History;
    private readonly HashSet<HistoryCursor> _cursors = [];
    private readonly Lock _gate = new();
    private volatile bool _isInterrupted;

    /// <summary>
    /// Up to where the agent has dealt with what it was given, which is where a subscriber begins that names no version. Not what is published: a change that came behind the subscription, and
    /// is not with the agent yet, is one of those that the subscriber waits for.
    /// </summary>
    public long Given { get; set; }

    /// <summary>A subscriber could not be given what there is: somebody has to look again where it is.</summary>
    public void Interrupt() => _isInterrupted = true;

    /// <summary>Whether there was an <see cref="Interrupt"/> since the last call.</summary>
    public bool EndInterruption()
    {
        var was = _isInterrupted;
        _isInterrupted = false;
        return was;
    }

    /// <summary>Up to where every subscriber has everything; at most <paramref name="seen"/>, up to where the agent knows who subscribes.</summary>
    /// <exception cref="RaftException">The replica is out of service.</exception>
    public long DeliveredUpTo(long seen)
    {
        lock (_gate)
        {
            return _cursors.Where(cursor => cursor.Done < seen && cursor.IsPending).Select(cursor => cursor.Done).Append(seen).Min();
        }
    }

    public void Remove(HistoryCursor cursor)
    {
        lock (_gate)
            _cursors.Remove(cursor);
    }

    /// <inheritdoc/>
    /// <remarks>The first event is that of the token, or the next one after it; without a token it is the next that the agent is given.</remarks>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) => Add(streamId, token is null ? Given : Math.Max(0, token.SequenceNumber - 1));

    /// <inheritdoc/>
    public QueueCacheCursorResult<IQueueCacheCursor> TryGetCacheCursorAtPosition(StreamId streamId, StreamSubscriptionStartPosition startPosition) =>
        QueueCacheCursorResult<IQueueCacheCursor>.FromCursor(Add(streamId, startPosition switch
        {
            StreamSubscriptionStartPosition.Latest => Given,
            StreamSubscriptionStartPosition.EarliestAvailable => 0,
            _ => throw new ArgumentOutOfRangeException(nameof(startPosition), startPosition, "There is no such position."),
        }));

    /// <inheritdoc/>
    public int GetMaxAddCount() => StateHistory.MaxChangesInView;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        purgedItems = [];
        return false;
    }

    /// <inheritdoc/>
    public bool IsUnderPressure() => false;

    private HistoryCursor Add(StreamId streamId, long after)
    {
        var stream = StateStreams.TryGetState(streamId, out var grain, out var stateName)
            ? new StateStream(streamId, StateKey.Encode(grain, stateName), group, _history, services)
            : null;
        var cursor = new HistoryCursor(this, stream, after);
        lock (_gate)
            _cursors.Add(cursor);
        return cursor;
    }
}
