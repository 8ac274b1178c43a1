using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Bank.Silo;

/// <summary>One silo of the bank. This is all that an application has to configure: no database, no broker, no other process.</summary>
internal static class SiloProgram
{
    /// <summary>Runs until the process is told to stop, or until the demonstration that started it is gone.</summary>
    public static async Task RunAsync(SiloSettings settings, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.AddFilter(null, LogLevel.Warning).AddFilter("Orleans.Replication", LogLevel.Information);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("bank", "bank"));
            silo.ConfigureEndpoints(IPAddress.Loopback, settings.SiloPort, settings.GatewayPort);
            silo.AddRaftReplication(replication =>
            {
                replication.DataDirectory = settings.DataDirectory;
                replication.ListenAddresses.Add(settings.Listen);
                foreach (var peer in settings.Peers)
                    replication.Peers.Add(peer);
            });
            silo.UseRaftClustering(clustering => clustering.ServeGateways = true); // Clients find the gateways by asking a silo.
        });

        using var host = builder.Build();
        var parentIsGone = Task.Run(WaitForParent, CancellationToken.None);
        await host.StartAsync(cancellationToken);
        await Task.WhenAny(parentIsGone, host.WaitForShutdownAsync(cancellationToken));
    }

    // The demonstration holds the other end of standard input. However it ends, the pipe ends with it.
    private static void WaitForParent()
    {
        while (Console.In.Read() >= 0)
        {
        }

        // The other silos are going as well: there is nobody to take leave of.
        Environment.Exit(0);
    }
}
