using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Streams.Provider;

namespace Orleans.Hosting;

/// <summary>Adds streams of the changes of replicated states to a client.</summary>
public static class RaftStreamsClientBuilderExtensions
{
    /// <summary>Lets the client subscribe to the streams that the silos have under the same name (<see cref="RaftStreamsSiloBuilderExtensions.AddRaftStreams"/>).</summary>
    /// <param name="builder">The client.</param>
    /// <param name="name">The provider's name, as on the silos.</param>
    /// <param name="configureOptions">Sets the options, as on the silos; null for the defaults.</param>
    public static IClientBuilder AddRaftStreams(this IClientBuilder builder, string name, Action<OptionsBuilder<RaftStreamOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        RaftStreamAdapterFactory.AddOptions(builder.Services, name, configureOptions);
        return builder.AddPersistentStreams(name, RaftStreamAdapterFactory.Create, null);
    }
}
