using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.Hosting;

[assembly: RegisterProvider("Raft", "Clustering", "Silo", typeof(RaftClusteringProviderBuilder))]

namespace Orleans.Replication.Clustering.Provider;

/// <summary>Configures clustering from <c>Orleans:Clustering</c> with <c>ProviderType</c> "Raft". Replication itself comes with it, from <c>Orleans:Replication</c>.</summary>
internal sealed class RaftClusteringProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddImpliedReplication().UseRaftClustering((RaftClusteringOptions options) => configurationSection.Bind(options));
}
