using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;

namespace Orleans.Replication.Hosting;

/// <summary>
/// Adds the providers of kinds that Orleans itself does not look for in the configuration, in the manner in which it adds the others: <c>Orleans:LogConsistency:&lt;name&gt;</c> and
/// <c>Orleans:TransactionalState:&lt;name&gt;</c>, each with <c>ProviderType</c> "Raft". They come with replication.
/// </summary>
internal static class UnlistedProviders
{
    private const string ProviderType = "Raft";

    public static void AddTo(ISiloBuilder silo)
    {
        foreach (var section in Find(silo, "LogConsistency"))
        {
            silo.AddRaftLogConsistencyProvider(section.Key, options => options.Configure<IServiceProvider>((value, services) =>
            {
                value.Group = section[nameof(value.Group)] ?? value.Group;
                BindSerializer(value, services, section);
            }));
        }

        foreach (var section in Find(silo, "TransactionalState"))
        {
            silo.AddRaftTransactionalStateStorage(section.Key, options => options.Configure<IServiceProvider>((value, services) =>
            {
                value.Group = section[nameof(value.Group)] ?? value.Group;
                BindSerializer(value, services, section);
            }));
        }
    }

    /// <summary>Takes the serializer that is registered under the section's <c>SerializerKey</c>, when it has one.</summary>
    public static void BindSerializer(IStorageProviderSerializerOptions options, IServiceProvider services, IConfigurationSection section)
    {
        if (section["SerializerKey"] is { Length: > 0 } key)
            options.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(key);
    }

    private static IEnumerable<IConfigurationSection> Find(ISiloBuilder silo, string kind) =>
        silo.Configuration.GetSection($"Orleans:{kind}").GetChildren().Where(section => section["ProviderType"] == ProviderType);
}
