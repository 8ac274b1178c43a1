using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>Real silos in this process, each with its own host, ports and data folder, whose peers speak libp2p over loopback.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Member[] _members;
    private IHost? _client;

    public SiloCluster(int silos, Action<ISiloBuilder>? configure = null)
    {
        _members = [.. Enumerable.Range(0, silos).Select(i => new Member(_folder.Sub($"silo-{i}"), configure))];
    }

    public int Count => _members.Length;

    public static async Task<SiloCluster> CreateAsync(int silos, Action<ISiloBuilder>? configure = null)
    {
        var cluster = new SiloCluster(silos, configure);
        // At once: a silo alone waits for a majority.
        await Task.WhenAll(Enumerable.Range(0, silos).Select(cluster.StartAsync));
        return cluster;
    }

    public bool IsRunning(int silo) => _members[silo].Host is not null;

    public IServiceProvider Services(int silo) => Host(silo).Services;

    public SiloAddress Address(int silo) => Services(silo).GetRequiredService<ILocalSiloDetails>().SiloAddress;

    public IGrainFactory Grains(int silo) => Services(silo).GetRequiredService<IGrainFactory>();

    public IMembershipTable Table(int silo) => Services(silo).GetRequiredService<IMembershipTable>();

    public IReminderTable Reminders(int silo) => Services(silo).GetRequiredService<IReminderTable>();

    public Task<MembershipTableData> ReadTableAsync(int silo) => Table(silo).ReadAllAsync();

    /// <summary>What a silo's runtime believes of a silo.</summary>
    public SiloStatus StatusSeenBy(int observer, SiloAddress silo) =>
        Services(observer).GetRequiredService<ISiloStatusOracle>().GetApproximateSiloStatus(silo);

    public async Task StartAsync(int silo)
    {
        var host = _members[silo].Build(_members);
        _members[silo].Host = host;
        await host.StartAsync();
    }

    public async Task StopAsync(int silo)
    {
        if (_members[silo].Host is not { } host)
            return;
        _members[silo].Host = null;
        await host.StopAsync();
        await DisposeAsync(host);
    }

    /// <summary>A silo's libp2p address, with its peer id.</summary>
    public string Peer(int silo) => _members[silo].Peer;

    public int GatewayPort(int silo) => _members[silo].GatewayPort;

    /// <summary>A client outside the silos, which knows nothing but a static list of their gateways.</summary>
    public Task<IClusterClient> ConnectClientAsync() =>
        ConnectClientAsync(client => client.UseStaticClustering([.. _members.Select(m => new IPEndPoint(IPAddress.Loopback, m.GatewayPort))]));

    /// <summary>A client outside the silos.</summary>
    public async Task<IClusterClient> ConnectClientAsync(Action<IClientBuilder> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(configure);
        _client = builder.Build();
        await _client.StartAsync();
        return _client.Services.GetRequiredService<IClusterClient>();
    }

    public Task WaitUntilAllSeeAsync(SiloAddress silo, SiloStatus status) => Eventually.TrueAsync(
        $"every running silo to see {silo} as {status}",
        () => Enumerable.Range(0, Count).Where(i => _members[i].Host is not null).All(i => StatusSeenBy(i, silo) == status));

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.StopAsync();
            await DisposeAsync(_client);
        }
        // One after the other, since silos that stop at once get in each other's way in the membership table and try again seconds later.
        for (var i = 0; i < Count; i++)
            await StopAsync(i);
        _folder.Dispose();
    }

    private static async ValueTask DisposeAsync(IHost host)
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            host.Dispose();
    }

    private IHost Host(int silo) => _members[silo].Host ?? throw new InvalidOperationException($"Silo {silo} is not running.");

    private sealed class Member
    {
        private readonly string _folder;
        private readonly int _siloPort;
        private readonly Action<ISiloBuilder>? _configure;

        public Member(string folder, Action<ISiloBuilder>? configure)
        {
            var ports = FreePorts.Take(3);
            (_folder, _configure) = (folder, configure);
            Peer = ThreeSilos.MakePeer(folder, ports[0]);
            (_siloPort, GatewayPort) = (ports[1], ports[2]);
        }

        public int GatewayPort { get; }

        public string Peer { get; }

        public IHost? Host { get; set; }

        public IHost Build(IEnumerable<Member> all)
        {
            var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
            builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(TestLog.Instance);
            builder.UseOrleans(silo => Configure(silo, all));
            return builder.Build();
        }

        private void Configure(ISiloBuilder silo, IEnumerable<Member> all)
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, _siloPort, GatewayPort)
                .Configure<ClusterMembershipOptions>(options => options.ProbeTimeout = options.TableRefreshTimeout = TimeSpan.FromSeconds(1))
                .AddRaftReplication(options =>
                {
                    options.DataDirectory = _folder;
                    foreach (var member in all)
                        options.Peers.Add(member.Peer);
                })
                .UseRaftClustering()
                .AddRaftGrainStorageAsDefault();
            _configure?.Invoke(silo);
        }
    }
}
