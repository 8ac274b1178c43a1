using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Clustering.Provider;

[assembly: RegisterProvider("Raft", "Clustering", "Silo", typeof(RaftClusteringProviderBuilder))]

namespace Orleans.Replication.Clustering.Provider;

/// <summary>Configures clustering from <c>Orleans:Clustering</c> with <c>ProviderType</c> "Raft".</summary>
internal sealed class RaftClusteringProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseRaftClustering((RaftClusteringOptions options) =>
        {
            options.Group = configurationSection[nameof(options.Group)] ?? options.Group;
            options.ShutdownTimeout = configurationSection.GetValue(nameof(options.ShutdownTimeout), options.ShutdownTimeout);
        });
}
