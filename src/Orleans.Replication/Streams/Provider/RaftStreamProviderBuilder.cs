using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Hosting;
using Orleans.Replication.Streams.Provider;

[assembly: RegisterProvider("Raft", "Streaming", "Silo", typeof(RaftStreamProviderBuilder))]
[assembly: RegisterProvider("Raft", "Streaming", "Client", typeof(RaftStreamProviderBuilder))]

namespace Orleans.Replication.Streams.Provider;

/// <summary>Configures streams of states from <c>Orleans:Streaming:&lt;name&gt;</c> with <c>ProviderType</c> "Raft". On a silo, replication itself comes with it, from <c>Orleans:Replication</c>.</summary>
internal sealed class RaftStreamProviderBuilder : IProviderBuilder<ISiloBuilder>, IProviderBuilder<IClientBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddImpliedReplication().AddRaftStreams(name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, options => options.Configure(value => Bind(value, configurationSection)));

    /// <inheritdoc/>
    public void Configure(IClientBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddRaftStreams(name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, options => options.Configure(value => Bind(value, configurationSection)));

    private static void Bind(RaftStreamOptions options, IConfigurationSection section)
    {
        options.Group = section[nameof(options.Group)] ?? options.Group;
        options.Queues = section.GetValue(nameof(options.Queues), options.Queues);
        options.CheckpointInterval = section.GetValue(nameof(options.CheckpointInterval), options.CheckpointInterval);
    }
}
