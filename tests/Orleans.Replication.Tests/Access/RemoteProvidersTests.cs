using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Provider;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.GrainDirectories;
using Orleans.Replication.Tests.Journals;
using Orleans.Replication.Tests.Reminders;
using Orleans.Replication.Tests.Silos;
using Orleans.Replication.Tests.Storage;
using Orleans.Replication.Tests.Transactions;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Orleans.Replication.Tests.Access;

/// <summary>Three silos that hold replicas and two that hold none, in one cluster whose table is in the group, with every provider on all of them.</summary>
public sealed class RemoteProvidersTests : IAsyncLifetime
{
    private const int Replicas = 3;

    private readonly List<TestSilo> _remote = [];
    private SiloCluster _replicas = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _replicas = await SiloCluster.CreateAsync(Replicas, silo => WithProviders(silo)
            .AddRaftReplication(options => options.AccessToken = AccessCluster.Token)
            .UseRaftClustering((RaftClusteringOptions options) => options.ServeGateways = true));
        for (var i = 0; i < 2; i++)
        {
            _remote.Add(TestSilo.Create(silo => WithProviders(silo)
                .UseRemoteRaftReplication(options => (options.Seeds, options.AccessToken) = ([_replicas.Peer(0), _replicas.Peer(1)], AccessCluster.Token))
                .UseRaftClustering()
                .AddRaftGrainStorageAsDefault()));
        }

        await Task.WhenAll(_remote.Select(silo => silo.StartAsync()));
        await Eventually.TrueAsync("every silo sees all as active", () => AllServices().All(services => ActiveSeenBy(services) == Replicas + _remote.Count));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _remote)
            await silo.DisposeAsync();
        await _replicas.DisposeAsync();
    }

    [Fact]
    public async Task Silos_without_a_replica_join_the_cluster_use_every_provider_and_go_on_when_a_replica_stops()
    {
        await UseAllAsync("before", first: true);

        var client = await _replicas.ConnectClientAsync(builder => builder
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("test", "test"))
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1))
            .UseRaftClustering(_replicas.Peer(1)));
        var gateways = client.ServiceProvider.GetRequiredService<IGatewayListProvider>();
        await Wait.UntilAsync(
            "the client is told the gateways of all silos, those without a replica among them",
            async () => AllServices().Select(GatewayPort).Order().SequenceEqual((await gateways.GetGatewaysAsync()).Select(uri => uri.Port).Order()));

        // The first of the two seeds.
        await _replicas.StopAsync(0);
        await Eventually.TrueAsync("every silo has seen it go", () => AllServices().All(services => ActiveSeenBy(services) == Replicas - 1 + _remote.Count));
        await UseAllAsync("after", first: false);
        Assert.Equal(1, await client.GetGrain<IVaultGrain>("before-0").GetAsync());

        // A silo without a replica takes its leave: its row says so.
        var leaver = _remote[1].Address;
        await _remote[1].StopAsync();
        await Eventually.TrueAsync("the others see it as dead", () => _replicas.StatusSeenBy(1, leaver) == SiloStatus.Dead);
        var rows = await _replicas.ReadTableAsync(2);
        Assert.Equal(SiloStatus.Dead, rows.TryGet(leaver)!.Item1.Status);
    }

    private static ISiloBuilder WithProviders(ISiloBuilder silo) => silo
        .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("test", "test"))
        .Configure<ClusterMembershipOptions>(options => options.ProbeTimeout = options.TableRefreshTimeout = TimeSpan.FromSeconds(1))
        .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100))
        .UseRaftReminderService()
        .AddRaftGrainDirectory(PreciousGrain.DirectoryName)
        .AddRaftLogConsistencyProvider(LedgerGrain.ProviderName)
        .UseTransactions()
        .AddRaftTransactionalStateStorageAsDefault();

    private static int ActiveSeenBy(IServiceProvider silo) => silo.GetRequiredService<ISiloStatusOracle>().GetApproximateSiloStatuses(onlyActive: true).Count;

    private static int GatewayPort(IServiceProvider silo) => silo.GetRequiredService<IOptions<EndpointOptions>>().Value.GatewayPort;

    private IEnumerable<IServiceProvider> AllServices() =>
        [.. Enumerable.Range(0, Replicas).Where(_replicas.IsRunning).Select(_replicas.Services), .. _remote.Select(silo => silo.Services)];

    private async Task UseAllAsync(string name, bool first)
    {
        for (var i = 0; i < _remote.Count; i++)
        {
            var silo = _remote[i];

            // What is called first from here on is activated on that silo.
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.Address);
            try
            {
                await UseStorageAndDirectoryAsync(silo, $"{name}-{i}");
                await UseJournalAsync(silo, $"{name}-{i}");
                await UseTransactionsAsync(silo, $"{name}-{i}");
                await UseRemindersAsync(silo, $"{name}-{i}");
            }
            finally
            {
                RequestContext.Clear();
            }

            if (!first)
                Assert.Equal((1, 5), (await silo.Grains.GetGrain<IVaultGrain>($"before-{i}").GetAsync(), (await Ledger(silo, $"before-{i}").ReadAsync()).Sum));
        }
    }

    private static async Task UseStorageAndDirectoryAsync(TestSilo silo, string name)
    {
        var vault = silo.Grains.GetGrain<IVaultGrain>(name);
        await vault.SetAsync(1);
        Assert.Equal(silo.Address.ToParsableString(), (await vault.WhoAsync()).Silo);
        var precious = silo.Grains.GetGrain<IPreciousGrain>(name);
        var (activation, where) = await precious.WhoAsync();
        Assert.Equal(silo.Address.ToParsableString(), where);
        var registered = await silo.Services.GetRequiredKeyedService<IGrainDirectory>(PreciousGrain.DirectoryName).Lookup(precious.GetGrainId());
        Assert.Equal(activation, registered!.ActivationId.ToParsableString());
    }

    private async Task UseJournalAsync(TestSilo silo, string name)
    {
        var ledger = Ledger(silo, name);
        await ledger.BookAllAsync([1, 2]);
        Assert.Equal((3, "", 2), await ledger.ReadAsync());
        Assert.Equal(2, Assert.Single(await ledger.AmountsAsync(1, 2)));

        // Somebody else books, on another silo: the activation follows without being asked to.
        var services = _replicas.Services(2);
        var journal = new Journal(
            JournalKeys.Header(LedgerGrain.ProviderName, ledger.GetGrainId()), () => services.GetRequiredService<IGroupAccesses>().Get(ReplicationGroups.Default));
        var serializer = services.GetRequiredService<IOptionsMonitor<RaftLogConsistencyOptions>>().Get(LedgerGrain.ProviderName).GrainStorageSerializer;
        JournalPosition known;
        using (var reading = await journal.OpenAsync(default))
            known = reading.Position;
        Assert.NotNull(await journal.AppendAsync(known, Guid.NewGuid(), [serializer.Serialize<LedgerEvent>(new Booked(2, "")).ToMemory()]));
        await Wait.UntilAsync("the activation has followed", async () => (await ledger.LookAsync()).Sum == 5);
    }

    private static async Task UseTransactionsAsync(TestSilo silo, string name)
    {
        await silo.Grains.GetGrain<IAccountGrain>($"{name}-a").AddAsync(10);
        await silo.Grains.GetGrain<ITransferGrain>(0).MoveAsync($"{name}-a", $"{name}-b", 4);
        Assert.Equal(6, await silo.Grains.GetGrain<IAccountGrain>($"{name}-a").GetAsync());
        Assert.Equal(4, await silo.Grains.GetGrain<IAccountGrain>($"{name}-b").GetAsync());
    }

    private static async Task UseRemindersAsync(TestSilo silo, string name)
    {
        var clock = silo.Grains.GetGrain<IClockGrain>(name);
        await clock.SetAsync(TimeSpan.FromMilliseconds(200));
        await Wait.UntilAsync("the reminder has fired", async () => (await clock.GetAsync()).Ticks > 1);
        await clock.UnsetAsync();
        Assert.Empty((await silo.Services.GetRequiredService<IReminderTable>().ReadRows(clock.GetGrainId())).Reminders);
    }

    private static ILedgerGrain Ledger(TestSilo silo, string name) => silo.Grains.GetGrain<ILedgerGrain>(name, typeof(LedgerGrain).FullName);
}
