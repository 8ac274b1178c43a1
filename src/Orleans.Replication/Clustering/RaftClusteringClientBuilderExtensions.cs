using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Lets clients find the silos of a cluster that keeps its membership in a Raft group.</summary>
public static class RaftClusteringClientBuilderExtensions
{
    /// <summary>
    /// Asks the silos themselves for their gateways, over libp2p and under an identity of its own that nobody has to know. Each silo has to allow it:
    /// <see cref="RaftClusteringOptions.ServeGateways"/>.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="seedMultiaddrs">Silos to ask first; see <see cref="RaftGatewayListOptions.Seeds"/>.</param>
    public static IClientBuilder UseRaftClustering(this IClientBuilder builder, params string[] seedMultiaddrs)
    {
        ArgumentNullException.ThrowIfNull(seedMultiaddrs);
        return builder.UseRaftClustering((RaftGatewayListOptions options) =>
        {
            foreach (var seed in seedMultiaddrs)
                options.Seeds.Add(seed);
        });
    }

    /// <inheritdoc cref="UseRaftClustering(IClientBuilder, string[])"/>
    /// <param name="configureOptions">Sets the options.</param>
    public static IClientBuilder UseRaftClustering(this IClientBuilder builder, Action<RaftGatewayListOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.UseRaftClustering((OptionsBuilder<RaftGatewayListOptions> options) => options.Configure(configureOptions));
    }

    /// <inheritdoc cref="UseRaftClustering(IClientBuilder, string[])"/>
    /// <param name="configureOptions">Sets the options.</param>
    public static IClientBuilder UseRaftClustering(this IClientBuilder builder, Action<OptionsBuilder<RaftGatewayListOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        return builder.ConfigureServices(services =>
        {
            configureOptions(services.AddOptions<RaftGatewayListOptions>());
            if (services.Any(descriptor => descriptor.ImplementationType == typeof(RaftGatewayListProvider)))
                return;

            services.ConfigureFormatter<RaftGatewayListOptions>();
            services.AddTransient<IConfigurationValidator, RaftGatewayListOptionsValidator>();
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<IGatewayListProvider, RaftGatewayListProvider>();
        });
    }
}
