using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.EventSourcing;
using Orleans.Hosting;

namespace ShoppingCart;

/// <summary>An ordinary silo. Where its membership, states, reminders and subscriptions are kept is said by the settings alone.</summary>
internal static class ShopHost
{
    /// <summary>Makes the silo from <c>appsettings.NAME.json</c> (<c>--settings NAME</c>) and from what the command line says beside it (<c>--Orleans:… value</c>).</summary>
    public static IHost Build(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddCommandLine(args);
        var name = builder.Configuration["settings"] ?? "Raft";
        builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, $"appsettings.{name}.json")).AddCommandLine(args);
        // Orleans' memory streams log their own end as errors.
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error)
            .AddFilter("Orleans.Streams", LogLevel.None)
            .AddFilter("Orleans.Providers", LogLevel.None);

        // Orders are journals: their log is in the default grain storage, whichever that is.
        builder.UseOrleans(silo => silo.AddLogStorageBasedLogConsistencyProviderAsDefault());
        return builder.Build();
    }
}
