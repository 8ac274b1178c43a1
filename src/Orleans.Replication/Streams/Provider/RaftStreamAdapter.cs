using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>The queues of a provider of state streams on this silo, each with its cache. On a client it is there and not asked.</summary>
internal sealed partial class RaftStreamAdapter(string name, IStreamQueueMapper mapper, RaftStreamOptions options, IServiceProvider services) : IQueueAdapter, IQueueAdapterCache
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<QueueId, HistoryCache> _caches = [];
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<RaftStreamAdapter>();

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsRewindable => true;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    private RaftGroup Group => services.GetRequiredService<IReplicationHost>().GetGroup(options.Group);

    /// <summary>
    /// On the first silo that ever has the provider, begins its streams, before that silo serves calls: whatever changes a state from then on is an event. Waits for a majority of the group if it has to.
    /// </summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<IReplicationHost>() is null)
            return;
        while (true)
        {
            try
            {
                await new StreamPositions(name, options.Queues, Group).BeginAsync(mapper.GetAllQueues(), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RaftException error)
            {
                LogWaiting(error, name, options.Group);
                await Task.Delay(RetryDelay, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: whoever changes a state publishes.</exception>
    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) => throw new NotSupportedException(
        $"Stream {streamId} of provider '{name}' has the changes of a replicated state. Change the state instead of publishing on its stream.");

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId) => _caches[queueId] = new HistoryCache(Group, services);

    /// <inheritdoc/>
    /// <remarks>An agent makes its cache first.</remarks>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new HistoryReceiver(
        name,
        queueId,
        mapper,
        Group,
        _caches[queueId],
        options,
        services.GetService<TimeProvider>() ?? TimeProvider.System,
        services.GetRequiredService<ILoggerFactory>().CreateLogger<HistoryReceiver>());

    [LoggerMessage(Level = LogLevel.Warning, Message = "The streams of provider '{Provider}' wait for group '{Group}' to begin.")]
    private partial void LogWaiting(Exception error, string provider, string group);
}
