using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>Makes a provider of state streams, on a silo or a client.</summary>
internal sealed class RaftStreamAdapterFactory : IQueueAdapterFactory
{
    private readonly HashRingBasedStreamQueueMapper _mapper;
    private readonly RaftStreamAdapter _adapter;

    private RaftStreamAdapterFactory(string name, RaftStreamOptions options, IServiceProvider services)
    {
        _mapper = new HashRingBasedStreamQueueMapper(new HashRingStreamQueueMapperOptions { TotalQueueCount = options.Queues }, name);
        _adapter = new RaftStreamAdapter(name, _mapper, options, services);
    }

    public static RaftStreamAdapterFactory Create(IServiceProvider services, string name) =>
        new(name, services.GetRequiredService<IOptionsMonitor<RaftStreamOptions>>().Get(name), services);

    /// <summary>Adds the options of a provider, with what checks and logs them.</summary>
    public static void AddOptions(IServiceCollection services, string name, Action<OptionsBuilder<RaftStreamOptions>>? configureOptions)
    {
        configureOptions?.Invoke(services.AddOptions<RaftStreamOptions>(name));
        services.ConfigureNamedOptionForLogging<RaftStreamOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider =>
            new RaftStreamOptionsValidator(provider.GetRequiredService<IOptionsMonitor<RaftStreamOptions>>().Get(name), name));
    }

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => CreateAdapter(CancellationToken.None);

    /// <inheritdoc/>
    public async Task<IQueueAdapter> CreateAdapter(CancellationToken cancellationToken)
    {
        await _adapter.BeginAsync(cancellationToken).ConfigureAwait(false);
        return _adapter;
    }

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => _adapter;

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());
}
