using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.EventSourcing;
using Orleans.Providers;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Provider;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Adds journals in a Raft group, for journaled grains, to a silo's services.</summary>
public static class RaftLogConsistencyServiceCollectionExtensions
{
    /// <summary>Keeps the events of journaled grains in a Raft group, as the provider for grains that name none.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftLogConsistencyProviderAsDefault(
        this IServiceCollection services, Action<RaftLogConsistencyOptions> configureOptions) =>
        services.AddRaftLogConsistencyProvider(ProviderConstants.DEFAULT_LOG_CONSISTENCY_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps the events of journaled grains in a Raft group, as the provider for grains that name none.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftLogConsistencyProviderAsDefault(
        this IServiceCollection services, Action<OptionsBuilder<RaftLogConsistencyOptions>>? configureOptions = null) =>
        services.AddRaftLogConsistencyProvider(ProviderConstants.DEFAULT_LOG_CONSISTENCY_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps the events of journaled grains in a Raft group, as the provider of a name.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the journals.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftLogConsistencyProvider(
        this IServiceCollection services, string name, Action<RaftLogConsistencyOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.AddRaftLogConsistencyProvider(name, options => options.Configure(configureOptions));
    }

    /// <summary>Keeps the events of journaled grains in a Raft group, as the provider of a name.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the journals.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftLogConsistencyProvider(
        this IServiceCollection services, string name, Action<OptionsBuilder<RaftLogConsistencyOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);

        configureOptions?.Invoke(services.AddOptions<RaftLogConsistencyOptions>(name));
        services.AddTransient<IPostConfigureOptions<RaftLogConsistencyOptions>, DefaultStorageProviderSerializerOptionsConfigurator<RaftLogConsistencyOptions>>();
        services.ConfigureNamedOptionForLogging<RaftLogConsistencyOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider =>
            new RaftLogConsistencyOptionsValidator(provider.GetRequiredService<IOptionsMonitor<RaftLogConsistencyOptions>>().Get(name), name));
        services.AddTransient<IConfigurationValidator>(provider =>
            new ProviderGroupValidator($"Log-consistency provider '{name}'", provider.GetRequiredService<IOptionsMonitor<RaftLogConsistencyOptions>>().Get(name).Group, provider));

        services.TryAddSingleton(CreateProtocolServices);
        services.AddKeyedSingleton<ILogViewAdaptorFactory>(name, (provider, key) => RaftLogConsistencyProvider.Create(provider, (string)key!));
        if (name == ProviderConstants.DEFAULT_LOG_CONSISTENCY_PROVIDER_NAME)
            services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ILogViewAdaptorFactory>(name));
        return services;
    }

    private static Factory<IGrainContext, ILogConsistencyProtocolServices> CreateProtocolServices(IServiceProvider services)
    {
        var create = ActivatorUtilities.CreateFactory<JournalProtocolServices>([typeof(IGrainContext)]);
        return activation => create(services, [activation]);
    }
}
