using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>
/// Tells an agent which streams of its queue have something new, and remembers in the group how far the agent's subscribers are. Delivery itself goes by the cache's cursors.
/// </summary>
internal sealed partial class HistoryReceiver(
    string provider,
    QueueId queue,
    IStreamQueueMapper mapper,
    RaftGroup group,
    HistoryCache cache,
    RaftStreamOptions options,
    TimeProvider time,
    ILogger logger) : IQueueAdapterReceiver
{
    private readonly StreamPositions _positions = new(provider, options.Queues, group);
    private readonly StateHistory _history = group.Tables.OfType<StatesTable>().Single().History;
    private GroupFeed? _feed;
    private long _saved;
    private long _delivered;
    private long _savedAt = time.GetTimestamp();
    private Task _saving = Task.CompletedTask;

    /// <inheritdoc/>
    /// <remarks>The queue is opened when it is read first, and then until it succeeds: Orleans opens it once.</remarks>
    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        try
        {
            var feed = _feed ??= await OpenAsync(cancellationToken).ConfigureAwait(true);
            if (cache.EndInterruption())
                feed = _feed = new GroupFeed(group, _history, cache.DeliveredUpTo(feed.SafeStart));

            // Before the next ones are read: until the agent has those, a subscriber of a stream that it knows already may be added.
            cache.Given = feed.SafeStart;
            SaveWhenDue(feed);
            return Read(feed);
        }
        catch (RaftException error)
        {
            cache.Interrupt();
            LogUnavailable(error, provider, queue, group.Name);
            return [];
        }
    }

    /// <inheritdoc/>
    /// <remarks>Not called: the cache is never purged.</remarks>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc/>
    /// <remarks>Saves nothing: an agent has given its cursors up by then, so that nobody knows any more who has what.</remarks>
    public Task Shutdown(TimeSpan timeout) => Task.CompletedTask;

    private async Task<GroupFeed> OpenAsync(CancellationToken cancellationToken)
    {
        await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(true);
        await _positions.BeginAsync([queue], cancellationToken).ConfigureAwait(true);
        _saved = _delivered = _positions.Find(queue) ?? 0;
        LogOpened(provider, queue, group.Name, _saved);
        return new GroupFeed(group, _history, _saved);
    }

    /// <summary>The streams of this queue that have something new.</summary>
    private List<IBatchContainer> Read(GroupFeed feed)
    {
        var streams = new HashSet<StreamId>();
        long position;
        do
        {
            position = feed.Position;
            foreach (var change in feed.Next())
            {
                var (grain, stateName) = ChangeReader.ReadKey(change);
                if (!grain.Key.AsSpan().IsEmpty && StateStreams.IdOf(grain, stateName) is var stream && mapper.GetQueueForStream(stream).Equals(queue))
                    streams.Add(stream);
            }
        }
        while (streams.Count == 0 && feed.Position > position);
        return [.. streams.Select(stream => new StreamNews(stream, cache.Given))];
    }

    /// <summary>
    /// Saves how far the subscribers were an interval ago: one who has subscribed, and whom the agent is still asking where it wants to begin, holds nothing up yet.
    /// </summary>
    private void SaveWhenDue(GroupFeed feed)
    {
        if (!_saving.IsCompleted || time.GetElapsedTime(_savedAt) < options.CheckpointInterval)
            return;
        _savedAt = time.GetTimestamp();
        (var delivered, _delivered) = (_delivered, cache.DeliveredUpTo(feed.SafeStart));
        if (delivered > _saved)
            _saving = SaveAsync(delivered);
    }

    [SuppressMessage("Design", "CA1031", Justification = "It is tried again; a position that is not saved lets events come again, no more.")]
    private async Task SaveAsync(long delivered)
    {
        try
        {
            await _positions.SaveAsync(queue, delivered, CancellationToken.None).ConfigureAwait(false);
            _saved = delivered;
        }
        catch (Exception error)
        {
            LogNotSaved(error, provider, queue);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Queue {Queue} of stream provider '{Provider}' begins behind version {Version} of group '{Group}'.")]
    private partial void LogOpened(string provider, QueueId queue, string group, long version);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Queue {Queue} of stream provider '{Provider}' cannot be read from group '{Group}' now; it is tried again.")]
    private partial void LogUnavailable(Exception error, string provider, QueueId queue, string group);

    [LoggerMessage(Level = LogLevel.Debug, Message = "How far queue {Queue} of stream provider '{Provider}' is could not be saved: after the loss of this silo more of its events come again.")]
    private partial void LogNotSaved(Exception error, string provider, QueueId queue);
}
