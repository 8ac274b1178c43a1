using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Adds a grain directory in a Raft group to a silo.</summary>
public static class RaftGrainDirectorySiloBuilderExtensions
{
    /// <inheritdoc cref="RaftGrainDirectoryServiceCollectionExtensions.UseRaftGrainDirectoryAsDefault(IServiceCollection, Action{RaftGrainDirectoryOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder UseRaftGrainDirectoryAsDefault(this ISiloBuilder builder, Action<RaftGrainDirectoryOptions> configureOptions) =>
        builder.ConfigureServices(services => services.UseRaftGrainDirectoryAsDefault(configureOptions));

    /// <inheritdoc cref="RaftGrainDirectoryServiceCollectionExtensions.UseRaftGrainDirectoryAsDefault(IServiceCollection, Action{OptionsBuilder{RaftGrainDirectoryOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder UseRaftGrainDirectoryAsDefault(
        this ISiloBuilder builder, Action<OptionsBuilder<RaftGrainDirectoryOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.UseRaftGrainDirectoryAsDefault(configureOptions));

    /// <inheritdoc cref="RaftGrainDirectoryServiceCollectionExtensions.AddRaftGrainDirectory(IServiceCollection, string, Action{RaftGrainDirectoryOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The directory's name. It is part of every record's key: another name does not see the entries.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder AddRaftGrainDirectory(this ISiloBuilder builder, string name, Action<RaftGrainDirectoryOptions> configureOptions) =>
        builder.ConfigureServices(services => services.AddRaftGrainDirectory(name, configureOptions));

    /// <inheritdoc cref="RaftGrainDirectoryServiceCollectionExtensions.AddRaftGrainDirectory(IServiceCollection, string, Action{OptionsBuilder{RaftGrainDirectoryOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The directory's name. It is part of every record's key: another name does not see the entries.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftGrainDirectory(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<RaftGrainDirectoryOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.AddRaftGrainDirectory(name, configureOptions));
}
