using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>The queues of a provider of state streams on this silo, each with its cache. On a client it is there and not asked.</summary>
internal sealed class RaftStreamAdapter(string name, IStreamQueueMapper mapper, RaftStreamOptions options, IServiceProvider services) : IQueueAdapter, IQueueAdapterCache
{
    private readonly ConcurrentDictionary<QueueId, HistoryCache> _caches = [];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsRewindable => true;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

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
        services,
        services.GetService<TimeProvider>() ?? TimeProvider.System,
        services.GetRequiredService<ILoggerFactory>().CreateLogger<HistoryReceiver>());

    private RaftGroup Group => services.GetRequiredService<IReplicationHost>().GetGroup(options.Group);
}
