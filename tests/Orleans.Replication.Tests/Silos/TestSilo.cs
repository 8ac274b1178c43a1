using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Silos;

/// <summary>A real silo on real ports of loopback.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _running;

    private TestSilo(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IReplicationHost Replication => Services.GetRequiredService<IReplicationHost>();

    public RaftGroup Group => Replication.GetGroup(ReplicationGroups.Default);

    public SiloAddress Address => Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    /// <summary>Makes a silo that <paramref name="configure"/> has added everything but its ports to.</summary>
    public static TestSilo Create(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var ports = FreePorts.Take(2);
        return Build(
            silo =>
            {
                silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("test", "test"));
                silo.ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1]);
                configure(silo);
            },
            settings);
    }

    /// <summary>Makes a silo that is a cluster of its own, with Orleans' development clustering.</summary>
    public static TestSilo CreateAlone(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var ports = FreePorts.Take(2);
        return Build(silo => configure(silo.UseLocalhostClustering(ports[0], ports[1], serviceId: "test", clusterId: "test")), settings);
    }

    /// <summary>Starts a silo on its own: a group of one in <paramref name="folder"/>.</summary>
    public static async Task<TestSilo> StartOneAsync(string folder, Action<RaftReplicationOptions>? configure = null)
    {
        var silo = Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
        {
            options.DataDirectory = folder;
            configure?.Invoke(options);
        }));
        await silo.StartAsync();
        return silo;
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, TestContext.Current.CancellationToken);
        await _host.StartAsync(either.Token);
        _running = true;
    }

    public async Task StopAsync()
    {
        if (!_running)
            return;
        _running = false;
        await _host.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private static TestSilo Build(Action<ISiloBuilder> configure, (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(TestLog.Instance);
        builder.UseOrleans(configure);
        return new TestSilo(builder.Build());
    }
}
