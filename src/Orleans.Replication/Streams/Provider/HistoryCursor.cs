using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>Where one subscriber is in the history of one state.</summary>
internal sealed class HistoryCursor(HistoryCache cache, StateStream? stream, long after) : IQueueCacheCursor
{
    private readonly Queue<RecordedChange> _next = new();
    private StateChangeBatch? _current;

    /// <summary>Up to here the subscriber has everything.</summary>
    public long Done { get; private set; } = after;

    /// <summary>True while there is something that the subscriber may not have.</summary>
    public bool IsPending => stream is not null && (_current is not null || stream.Read(Done).Count > 0);

    /// <inheritdoc/>
    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    /// <inheritdoc/>
    /// <remarks>Who asks for the next has dealt with the one before.</remarks>
    public bool MoveNext()
    {
        if (_current is not null)
            Done = _current.Change.Version;
        _current = null;
        if (stream is null)
            return false;
        try
        {
            if (_next.Count == 0)
            {
                foreach (var change in stream.Read(Done))
                    _next.Enqueue(change);
            }

            if (!_next.TryDequeue(out var next))
                return false;
            _current = stream.ToBatch(next);
            return true;
        }
        catch (RaftException)
        {
            // The replica is out of service: the queue begins again where its subscribers are when it is back.
            cache.Interrupt();
            return false;
        }
    }

    /// <inheritdoc/>
    public void Refresh(StreamSequenceToken token)
    {
    }

    /// <inheritdoc/>
    public void RecordDeliveryFailure()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => cache.Remove(this);
}
