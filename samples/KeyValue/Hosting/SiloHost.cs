using System.Net;
using KeyValue.Http;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Orleans.Configuration;

namespace KeyValue.Hosting;

/// <summary>One process: a silo with its replica, and the HTTP surface in front of it, both on loopback.</summary>
internal static class SiloHost
{
    /// <summary>Runs until the process is told to stop.</summary>
    public static async Task RunAsync(SiloSettings settings, CancellationToken cancellationToken)
    {
        // The host watches its content root for changed settings, with everything below it: it must not be where the log is written.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddFilter(null, LogLevel.Warning).AddFilter("Orleans.Replication", LogLevel.Information);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(IPAddress.Loopback, settings.HttpPort);

            // Bodies have limits of their own, which let the client finish before it hears of them.
            server.Limits.MaxRequestBodySize = null;
        });

        // The HTTP surface answers while the silo still waits for its peers: /status says how far it is, and everything else is refused with a 503.
        builder.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true);
        builder.Services.AddHealthChecks().AddRaftReplicationHealthChecks().AddCheck<ServingGate>("serving", tags: ["ready"]);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<ServingGate>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<ServingGate>());
        builder.UseOrleans(silo => Configure(silo, settings));

        var app = builder.Build();
        app.MapStatus();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        var guarded = app.MapGroup("").AddEndpointFilter<FailureFilter>();
        guarded.MapKeys();
        guarded.MapCounters();
        guarded.MapWatch();
        guarded.MapAdmin();
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
    }

    private static void Configure(ISiloBuilder silo, SiloSettings settings)
    {
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("keyvalue", "keyvalue"));
        silo.ConfigureEndpoints(IPAddress.Loopback, settings.SiloPort, settings.GatewayPort);
        silo.AddRaftReplication(replication =>
        {
            replication.DataDirectory = settings.DataDirectory;
            replication.ListenAddresses.Add(settings.Listen);
            foreach (var peer in settings.Peers)
                replication.Peers.Add(peer);
            foreach (var member in settings.Join)
                replication.JoinAddresses.Add(member);
        });
        silo.UseRaftClustering();

        // A silo that starts is not active before all active silos answer it, and after a crash the table still names some that are gone: the shorter
        // the probes, the sooner they are declared dead, and the sooner a silo serves again.
        silo.Configure<ClusterMembershipOptions>(membership => membership.ProbeTimeout = TimeSpan.FromSeconds(2));
        silo.Services.AddSingleton<IFatalErrorHandler, RestartInPlace>();
    }
}
