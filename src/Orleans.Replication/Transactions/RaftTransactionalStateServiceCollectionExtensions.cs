using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Replication.Groups;
using Orleans.Replication.Transactions.Provider;
using Orleans.Storage;
using Orleans.Transactions.Abstractions;

namespace Orleans.Hosting;

/// <summary>Adds storage of transactional states in a Raft group to a silo's services.</summary>
public static class RaftTransactionalStateServiceCollectionExtensions
{
    /// <summary>Keeps transactional states in a Raft group, as the provider for states that name none. Transactions themselves are added with <c>UseTransactions</c>.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftTransactionalStateStorageAsDefault(
        this IServiceCollection services, Action<RaftTransactionalStateOptions> configureOptions) =>
        services.AddRaftTransactionalStateStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps transactional states in a Raft group, as the provider for states that name none. Transactions themselves are added with <c>UseTransactions</c>.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftTransactionalStateStorageAsDefault(
        this IServiceCollection services, Action<OptionsBuilder<RaftTransactionalStateOptions>>? configureOptions = null) =>
        services.AddRaftTransactionalStateStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps transactional states in a Raft group, as the provider of a name. Transactions themselves are added with <c>UseTransactions</c>.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the states.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftTransactionalStateStorage(
        this IServiceCollection services, string name, Action<RaftTransactionalStateOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.AddRaftTransactionalStateStorage(name, options => options.Configure(configureOptions));
    }

    /// <summary>Keeps transactional states in a Raft group, as the provider of a name. Transactions themselves are added with <c>UseTransactions</c>.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the states.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftTransactionalStateStorage(
        this IServiceCollection services, string name, Action<OptionsBuilder<RaftTransactionalStateOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);

        configureOptions?.Invoke(services.AddOptions<RaftTransactionalStateOptions>(name));
        services.AddTransient<IPostConfigureOptions<RaftTransactionalStateOptions>, DefaultStorageProviderSerializerOptionsConfigurator<RaftTransactionalStateOptions>>();
        services.ConfigureNamedOptionForLogging<RaftTransactionalStateOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider =>
            new RaftTransactionalStateOptionsValidator(provider.GetRequiredService<IOptionsMonitor<RaftTransactionalStateOptions>>().Get(name), name));
        services.AddTransient<IConfigurationValidator>(provider =>
            new ProviderGroupValidator($"Transactional state storage '{name}'", provider.GetRequiredService<IOptionsMonitor<RaftTransactionalStateOptions>>().Get(name).Group, provider));
        services.AddKeyedSingleton<ITransactionalStateStorageFactory>(name, (provider, key) => RaftTransactionalStateStorageFactory.Create(provider, (string)key!));
        if (name == ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
            services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ITransactionalStateStorageFactory>(name));
        return services;
    }
}
