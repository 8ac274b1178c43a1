using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Journaling;
using Orleans.Providers;
using Orleans.Replication.Groups;
using Orleans.Replication.Journaling.Provider;
using Orleans.Replication.Journaling.Records;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Adds journals in a Raft group, for durable grains, to a silo. Needs <c>AddRaftReplication()</c> or <c>UseRemoteRaftReplication()</c>.</summary>
public static class RaftJournalStorageSiloBuilderExtensions
{
    /// <summary>Keeps the journals of durable grains in a Raft group, as the provider for grains that name none.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftJournalStorageAsDefault(this ISiloBuilder builder, Action<RaftJournalStorageOptions>? configureOptions = null) =>
        builder.AddRaftJournalStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>
    /// Keeps the journals of durable grains in a Raft group, as the provider of a name. The group gets a table for them: add the provider, with the same
    /// group, to every silo that holds replicas, and to running clusters before any grain uses it.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name. It is part of every record's key: another name does not see the journals.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder AddRaftJournalStorage(this ISiloBuilder builder, string name, Action<RaftJournalStorageOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var options = new RaftJournalStorageOptions();
        configureOptions?.Invoke(options);
        builder.Services.Configure<RaftJournalStorageOptions>(name, configured => configureOptions?.Invoke(configured));
        builder.Services.ConfigureNamedOptionForLogging<RaftJournalStorageOptions>(name);
        builder.Services.AddTransient<IConfigurationValidator>(services => new RaftJournalStorageOptionsValidator(
            name, services.GetRequiredService<IOptionsMonitor<RaftJournalStorageOptions>>().Get(name)));
        builder.Services.AddTransient<IConfigurationValidator>(services => new ProviderGroupValidator(
            $"Journal storage '{name}'", services.GetRequiredService<IOptionsMonitor<RaftJournalStorageOptions>>().Get(name).Group, services));
        if (!string.IsNullOrEmpty(options.Group))
            builder.Services.AddReplicatedTable<JournalSegmentTable>(options.Group);
        return builder.AddJournalStorage(name, services => RaftJournalStorageProvider.Create(services, name));
    }
}
