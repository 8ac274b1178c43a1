using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Adds storage of transactional states in a Raft group to a silo.</summary>
public static class RaftTransactionalStateSiloBuilderExtensions
{
    /// <inheritdoc cref="RaftTransactionalStateServiceCollectionExtensions.AddRaftTransactionalStateStorageAsDefault(IServiceCollection, Action{RaftTransactionalStateOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftTransactionalStateStorageAsDefault(this ISiloBuilder builder, Action<RaftTransactionalStateOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftTransactionalStateStorageAsDefault(configureOptions));

    /// <inheritdoc cref="RaftTransactionalStateServiceCollectionExtensions.AddRaftTransactionalStateStorageAsDefault(IServiceCollection, Action{OptionsBuilder{RaftTransactionalStateOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftTransactionalStateStorageAsDefault(
        this ISiloBuilder builder, Action<OptionsBuilder<RaftTransactionalStateOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftTransactionalStateStorageAsDefault(configureOptions));

    /// <inheritdoc cref="RaftTransactionalStateServiceCollectionExtensions.AddRaftTransactionalStateStorage(IServiceCollection, string, Action{RaftTransactionalStateOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the states.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftTransactionalStateStorage(
        this ISiloBuilder builder, string name, Action<RaftTransactionalStateOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftTransactionalStateStorage(name, configureOptions));

    /// <inheritdoc cref="RaftTransactionalStateServiceCollectionExtensions.AddRaftTransactionalStateStorage(IServiceCollection, string, Action{OptionsBuilder{RaftTransactionalStateOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the states.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftTransactionalStateStorage(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<RaftTransactionalStateOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftTransactionalStateStorage(name, configureOptions));
}
