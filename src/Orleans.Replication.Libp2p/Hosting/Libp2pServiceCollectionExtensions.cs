using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Libp2p.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a libp2p host to an application.</summary>
public static class Libp2pServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="Libp2pHost"/> that starts and stops with the application. An <see cref="IConnectionGater"/> among the services is used
    /// where the options name none.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddLibp2pHost(this IServiceCollection services, Action<Libp2pOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<Libp2pOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<Libp2pOptions>, Libp2pOptionsValidator>());
        if (configure is not null)
            services.Configure(configure);
        services.TryAddSingleton(CreateHost);
        services.AddHostedService<Libp2pHostedService>();
        return services;
    }

    private static Libp2pHost CreateHost(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<Libp2pOptions>>().Value;
        options.Gater ??= services.GetService<IConnectionGater>();
        return new Libp2pHost(
            options, services.GetService<ILoggerFactory>(), services.GetService<TimeProvider>(), services.GetService<IMeterFactory>());
    }
}
