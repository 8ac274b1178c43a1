using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.Groups;

/// <summary>The services of a silo that is never started, for providers without a silo around them: what Orleans itself serializes needs them.</summary>
internal static class SiloServices
{
    private static readonly Lazy<IHost> Silo = new(() =>
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        return builder.Build();
    });

    /// <summary>All of them.</summary>
    public static IServiceProvider Provider => Silo.Value.Services;

    /// <summary>Knows references to grains as well.</summary>
    public static Serializer Serializer => Provider.GetRequiredService<Serializer>();
}
