using System.Net;
using KeyValue.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Replication.Benchmarks.Load;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Grains;

/// <summary>Replicated grains under load: an Orleans client of three silos of samples/KeyValue.</summary>
internal sealed class GrainTarget : ILoadTarget, IAsyncDisposable
{
    /// <summary>To each silo: about one connection for 32 callers at the highest load, as for etcd.</summary>
    private const int ConnectionsPerGateway = 3;

    private readonly KeyValueCluster _cluster;
    private readonly IHost _client;
    private readonly IKeyGrain[] _grains;

    private GrainTarget(KeyValueCluster cluster, IHost client, IKeyGrain[] grains)
    {
        _cluster = cluster;
        _client = client;
        _grains = grains;
    }

    public string Name => "orleans-replication";

    public IReadOnlyList<int> ProcessIds => [.. _cluster.Silos.Select(silo => silo.ProcessId)];

    /// <summary>Connects to the cluster; to all gateways, or to some.</summary>
    public static async Task<GrainTarget> ConnectAsync(KeyValueCluster cluster, int keys, CancellationToken cancellationToken, IReadOnlyList<int>? gateways = null)
    {
        // An ordinary host watches the working folder for changed settings, with all below it: a wake-up for every write of the clusters' logs.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("keyvalue", "keyvalue"));
            client.Configure<ConnectionOptions>(options => options.ConnectionsPerEndpoint = ConnectionsPerGateway);
            client.UseStaticClustering([.. (gateways ?? cluster.GatewayPorts).Select(port => new IPEndPoint(IPAddress.Loopback, port))]);
        });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        return new GrainTarget(cluster, host, [.. Enumerable.Range(0, keys).Select(key => grains.GetGrain<IKeyGrain>($"bench-{key:D6}"))]);
    }

    public Task PrepareAsync(int callers, CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask PutAsync(int lane, int key, byte[] value, CancellationToken cancellationToken)
    {
        var reply = await _grains[key].Put(value, expectedVersion: null);
        if (reply.Status != WriteStatus.Done)
            throw new InvalidOperationException($"The put of key {key} ended as {reply.Status}.");
    }

    public async ValueTask GetAsync(int lane, int key, CancellationToken cancellationToken)
    {
        var reading = await _grains[key].Get(ReadConsistency.Linearizable);
        if (!reading.Exists)
            throw new InvalidOperationException($"The silos do not have key {key}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
    }
}
