using System.CommandLine;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>
/// <c>serve-clustering</c>: one silo of the <c>clustering</c> comparison. It writes its own address as "self ADDRESS" when it serves, and what it knows of
/// the silos as "silo ADDRESS STATUS". Everything but the membership table has Orleans' defaults.
/// </summary>
internal sealed class ServeClusteringCommand : Command
{
    private readonly Option<string> _cluster = new("--cluster") { Required = true };
    private readonly Option<int[]> _ports = new("--ports") { Description = "Silo and gateway.", Required = true, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _data = new("--data") { Description = "Raft: the data folder." };
    private readonly Option<string[]> _peers = new("--peers") { Description = "Raft: all members.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _postgres = new("--postgres") { Description = "PostgreSQL: the connection string." };

    public ServeClusteringCommand() : base("serve-clustering", "One silo of the 'clustering' comparison.")
    {
        Hidden = true;
        foreach (var option in (Option[])[_cluster, _ports, _data, _peers, _postgres])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo => Configure(silo, arguments));
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);

        var statuses = host.Services.GetRequiredService<ISiloStatusOracle>();
        // The oracle holds its listeners weakly.
        var listener = new Listener();
        statuses.SubscribeToSiloStatusEvents(listener);
        foreach (var (address, status) in statuses.GetApproximateSiloStatuses())
            Write(address, status);
        await Console.Out.WriteLineAsync($"self {statuses.SiloAddress.ToParsableString()}");
        await host.WaitForShutdownAsync(cancellationToken);
        GC.KeepAlive(listener);
        return 0;
    }

    private void Configure(ISiloBuilder silo, ParseResult arguments)
    {
        var ports = arguments.GetRequiredValue(_ports);
        var cluster = arguments.GetRequiredValue(_cluster);
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster));
        silo.ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1]);
        if (arguments.GetValue(_postgres) is { } connection)
        {
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
            return;
        }

        silo.UseRaftClustering().AddRaftReplication(options =>
        {
            options.DataDirectory = arguments.GetValue(_data)!;
            foreach (var peer in arguments.GetValue(_peers)!)
                options.Peers.Add(peer);
        });
    }

    private static void Write(SiloAddress silo, SiloStatus status) => Console.Out.WriteLine($"silo {silo.ToParsableString()} {status}");

    private sealed class Listener : ISiloStatusListener
    {
        public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) => Write(updatedSilo, status);
    }
}
