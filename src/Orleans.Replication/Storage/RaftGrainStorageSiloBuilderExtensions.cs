using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Adds grain storage in a Raft group to a silo.</summary>
public static class RaftGrainStorageSiloBuilderExtensions
{
    /// <inheritdoc cref="RaftGrainStorageServiceCollectionExtensions.AddRaftGrainStorageAsDefault(IServiceCollection, Action{RaftGrainStorageOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftGrainStorageAsDefault(this ISiloBuilder builder, Action<RaftGrainStorageOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftGrainStorageAsDefault(configureOptions));

    /// <inheritdoc cref="RaftGrainStorageServiceCollectionExtensions.AddRaftGrainStorageAsDefault(IServiceCollection, Action{OptionsBuilder{RaftGrainStorageOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftGrainStorageAsDefault(
        this ISiloBuilder builder, Action<OptionsBuilder<RaftGrainStorageOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftGrainStorageAsDefault(configureOptions));

    /// <inheritdoc cref="RaftGrainStorageServiceCollectionExtensions.AddRaftGrainStorage(IServiceCollection, string, Action{RaftGrainStorageOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the records.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftGrainStorage(this ISiloBuilder builder, string name, Action<RaftGrainStorageOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftGrainStorage(name, configureOptions));

    /// <inheritdoc cref="RaftGrainStorageServiceCollectionExtensions.AddRaftGrainStorage(IServiceCollection, string, Action{OptionsBuilder{RaftGrainStorageOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the records.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftGrainStorage(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<RaftGrainStorageOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftGrainStorage(name, configureOptions));
}
