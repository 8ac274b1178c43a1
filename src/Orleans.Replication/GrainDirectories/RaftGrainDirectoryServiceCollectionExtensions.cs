using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Replication;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Replication.Groups;
using Orleans.Runtime.Hosting;

namespace Orleans.Hosting;

/// <summary>Adds a grain directory in a Raft group to a silo's services.</summary>
public static class RaftGrainDirectoryServiceCollectionExtensions
{
    /// <summary>Keeps the directory of all grains that name none in a Raft group: every activation then costs two rounds of the group.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection UseRaftGrainDirectoryAsDefault(this IServiceCollection services, Action<RaftGrainDirectoryOptions> configureOptions) =>
        services.AddRaftGrainDirectory(GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY, configureOptions);

    /// <summary>Keeps the directory of all grains that name none in a Raft group: every activation then costs two rounds of the group.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection UseRaftGrainDirectoryAsDefault(
        this IServiceCollection services, Action<OptionsBuilder<RaftGrainDirectoryOptions>>? configureOptions = null) =>
        services.AddRaftGrainDirectory(GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY, configureOptions);

    /// <summary>Keeps the directory of the grains that name it, with <see cref="GrainDirectoryAttribute"/>, in a Raft group.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The directory's name. It is part of every record's key: another name does not see the entries.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection AddRaftGrainDirectory(this IServiceCollection services, string name, Action<RaftGrainDirectoryOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.AddRaftGrainDirectory(name, options => options.Configure(configureOptions));
    }

    /// <summary>Keeps the directory of the grains that name it, with <see cref="GrainDirectoryAttribute"/>, in a Raft group.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="name">The directory's name. It is part of every record's key: another name does not see the entries.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddRaftGrainDirectory(
        this IServiceCollection services, string name, Action<OptionsBuilder<RaftGrainDirectoryOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);

        ShutdownLimit.AddTo(services);
        configureOptions?.Invoke(services.AddOptions<RaftGrainDirectoryOptions>(name));
        services.ConfigureNamedOptionForLogging<RaftGrainDirectoryOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider =>
            new RaftGrainDirectoryOptionsValidator(provider.GetRequiredService<IOptionsMonitor<RaftGrainDirectoryOptions>>().Get(name), name));
        services.AddTransient<IConfigurationValidator>(provider =>
            new ProviderGroupValidator($"Grain directory '{name}'", provider.GetRequiredService<IOptionsMonitor<RaftGrainDirectoryOptions>>().Get(name).Group, provider));
        return services.AddGrainDirectory(name, Create);
    }

    private static RaftGrainDirectory Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RaftGrainDirectoryOptions>>().Get(name);
        return new RaftGrainDirectory(
            name, () => services.GetRequiredService<IGroupAccesses>().Get(options.Group), services.GetRequiredService<ShutdownLimit>());
    }
}
