using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Clustering.Gateways;

[assembly: RegisterProvider("Raft", "Clustering", "Client", typeof(RaftGatewayListProviderBuilder))]

namespace Orleans.Replication.Clustering.Gateways;

/// <summary>Configures a client from <c>Orleans:Clustering</c> with <c>ProviderType</c> "Raft" and <c>Seeds</c>.</summary>
internal sealed class RaftGatewayListProviderBuilder : IProviderBuilder<IClientBuilder>
{
    /// <inheritdoc/>
    public void Configure(IClientBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseRaftClustering((RaftGatewayListOptions options) => configurationSection.Bind(options));
}
