using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Hosting;
using Orleans.Replication.Storage.Provider;
using Orleans.Storage;

[assembly: RegisterProvider("Raft", "GrainStorage", "Silo", typeof(RaftGrainStorageProviderBuilder))]

namespace Orleans.Replication.Storage.Provider;

/// <summary>Configures grain storage from <c>Orleans:GrainStorage:&lt;name&gt;</c> with <c>ProviderType</c> "Raft". Replication itself comes with it, from <c>Orleans:Replication</c>.</summary>
internal sealed class RaftGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddImpliedReplication().AddRaftGrainStorage(
            name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            options => options.Configure<IServiceProvider>((value, services) => Bind(value, services, configurationSection)));

    private static void Bind(RaftGrainStorageOptions options, IServiceProvider services, IConfigurationSection section)
    {
        options.Group = section[nameof(options.Group)] ?? options.Group;
        options.DeleteStateOnClear = section.GetValue(nameof(options.DeleteStateOnClear), options.DeleteStateOnClear);
        UnlistedProviders.BindSerializer(options, services, section);
    }
}
