using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Adds journals in a Raft group, for journaled grains, to a silo.</summary>
public static class RaftLogConsistencySiloBuilderExtensions
{
    /// <inheritdoc cref="RaftLogConsistencyServiceCollectionExtensions.AddRaftLogConsistencyProviderAsDefault(IServiceCollection, Action{RaftLogConsistencyOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftLogConsistencyProviderAsDefault(this ISiloBuilder builder, Action<RaftLogConsistencyOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftLogConsistencyProviderAsDefault(configureOptions));

    /// <inheritdoc cref="RaftLogConsistencyServiceCollectionExtensions.AddRaftLogConsistencyProviderAsDefault(IServiceCollection, Action{OptionsBuilder{RaftLogConsistencyOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftLogConsistencyProviderAsDefault(
        this ISiloBuilder builder, Action<OptionsBuilder<RaftLogConsistencyOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftLogConsistencyProviderAsDefault(configureOptions));

    /// <inheritdoc cref="RaftLogConsistencyServiceCollectionExtensions.AddRaftLogConsistencyProvider(IServiceCollection, string, Action{RaftLogConsistencyOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the journals.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftLogConsistencyProvider(this ISiloBuilder builder, string name, Action<RaftLogConsistencyOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftLogConsistencyProvider(name, configureOptions));

    /// <inheritdoc cref="RaftLogConsistencyServiceCollectionExtensions.AddRaftLogConsistencyProvider(IServiceCollection, string, Action{OptionsBuilder{RaftLogConsistencyOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the journals.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftLogConsistencyProvider(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<RaftLogConsistencyOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftLogConsistencyProvider(name, configureOptions));
}
