using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Replication.Groups;
using Orleans.Serialization.Serializers;

namespace Orleans.Replication.Storage.Provider;

/// <summary>Makes the storage provider of a name.</summary>
internal static class RaftGrainStorageFactory
{
    public static RaftGrainStorage Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RaftGrainStorageOptions>>().Get(name);
        return new RaftGrainStorage(
            name,
            options,
            () => services.GetRequiredService<IGroupAccesses>().Get(options.Group),
            services.GetRequiredService<IActivatorProvider>(),
            services.GetRequiredService<ILogger<RaftGrainStorage>>(),
            name == ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME ? services.GetRequiredService<ShutdownLimit>() : null);
    }
}
