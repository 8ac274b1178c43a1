using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Replication.Groups;
using Orleans.Replication.Storage.Provider;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Adds grain storage in a Raft group to a silo's services.</summary>
public static class RaftGrainStorageServiceCollectionExtensions
{
    /// <summary>Keeps grain states in a Raft group, as the provider for states that name none.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftGrainStorageAsDefault(this IServiceCollection services, Action<RaftGrainStorageOptions> configureOptions) =>
        services.AddRaftGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps grain states in a Raft group, as the provider for states that name none.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftGrainStorageAsDefault(
        this IServiceCollection services, Action<OptionsBuilder<RaftGrainStorageOptions>>? configureOptions = null) =>
        services.AddRaftGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps grain states in a Raft group, as the provider of a name.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the records.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftGrainStorage(this IServiceCollection services, string name, Action<RaftGrainStorageOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.AddRaftGrainStorage(name, options => options.Configure(configureOptions));
    }

    /// <summary>Keeps grain states in a Raft group, as the provider of a name.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the records.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftGrainStorage(
        this IServiceCollection services, string name, Action<OptionsBuilder<RaftGrainStorageOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);

        configureOptions?.Invoke(services.AddOptions<RaftGrainStorageOptions>(name));
        services.AddTransient<IPostConfigureOptions<RaftGrainStorageOptions>, DefaultStorageProviderSerializerOptionsConfigurator<RaftGrainStorageOptions>>();
        services.ConfigureNamedOptionForLogging<RaftGrainStorageOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider =>
            new RaftGrainStorageOptionsValidator(provider.GetRequiredService<IOptionsMonitor<RaftGrainStorageOptions>>().Get(name), name));
        services.AddTransient<IConfigurationValidator>(provider =>
            new ProviderGroupValidator($"Grain storage '{name}'", provider.GetRequiredService<IOptionsMonitor<RaftGrainStorageOptions>>().Get(name).Group, provider));
        return services.AddGrainStorage(name, RaftGrainStorageFactory.Create);
    }
}
