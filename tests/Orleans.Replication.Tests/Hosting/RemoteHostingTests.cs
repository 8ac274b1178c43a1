using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.EventSourcing;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Replication.Access;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Replication.Groups;
using Orleans.Replication.Reminders.Provider;
using Orleans.Replication.Storage.Provider;
using Orleans.Replication.Tests.Silos;
using Orleans.Replication.Transactions.Provider;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Tests.Hosting;

/// <summary>How a silo without a replica gets its providers, in code and from configuration. Built, but not started.</summary>
public sealed class RemoteHostingTests
{
    private const string Seed = "/ip4/10.0.0.1/tcp/4001/p2p/12D3KooWKq4DiZ3FNrrismqZfG6XSG7KYnnB7wTQoEEDqPqsMb5i";

    private static readonly (string, string)[] Remote =
    [
        ("Orleans:Replication:Seeds:0", Seed),
        ("Orleans:Replication:AccessToken", "what clients and silos share"),
        ("Orleans:Replication:ShutdownTimeout", "00:00:03"),
        ("Orleans:Replication:MaxCommandBytes", "65536"),
    ];

    private static readonly (string, string)[] Providers =
    [
        ("Orleans:Clustering:ProviderType", "Raft"),
        ("Orleans:Reminders:ProviderType", "Raft"),
        ("Orleans:GrainStorage:other:ProviderType", "Raft"),
        ("Orleans:GrainDirectory:raft:ProviderType", "Raft"),
        ("Orleans:LogConsistency:ledgers:ProviderType", "Raft"),
        ("Orleans:TransactionalState:Default:ProviderType", "Raft"),
    ];

    [Fact]
    public void Configuration_alone_makes_every_provider_when_it_names_seeds()
    {
        using var host = Build(_ => { }, [.. Remote, .. Providers]);
        Assert.IsType<RaftMembershipTable>(host.Services.GetRequiredService<IMembershipTable>());
        Assert.IsType<RaftReminderTable>(host.Services.GetRequiredService<IReminderTable>());
        Assert.IsType<RaftGrainStorage>(host.Services.GetRequiredKeyedService<IGrainStorage>("other"));
        Assert.IsType<RaftGrainDirectory>(host.Services.GetRequiredKeyedService<IGrainDirectory>("raft"));
        Assert.NotNull(host.Services.GetKeyedService<ILogViewAdaptorFactory>("ledgers"));
        Assert.IsType<RaftTransactionalStateStorageFactory>(host.Services.GetRequiredKeyedService<ITransactionalStateStorageFactory>("Default"));
        Assert.IsType<RemoteGroupAccesses>(host.Services.GetRequiredService<IGroupAccesses>());
        Assert.Equal(TimeSpan.FromSeconds(3), host.Services.GetRequiredService<ShutdownLimit>().Timeout);
        Assert.Equal(65536, host.Services.GetRequiredService<IOptions<RaftReplicationOptions>>().Value.MaxCommandBytes);
        Validate(host);
    }

    [Fact]
    public void A_silo_with_peers_holds_replicas_whether_or_not_the_file_has_seeds_for_its_clients()
    {
        using var host = Build(_ => { }, [.. Remote, .. Providers, ("Orleans:Replication:Peers:0", Seed)]);
        Assert.IsType<LocalGroupAccesses>(host.Services.GetRequiredService<IGroupAccesses>());
    }

    [Fact]
    public void Code_adds_to_what_the_configuration_says()
    {
        using var host = Build(silo => silo.UseRemoteRaftReplication(options => options.RequestTimeout = TimeSpan.FromSeconds(7)).AddRaftGrainStorageAsDefault(), [.. Remote, .. Providers]);
        var options = host.Services.GetRequiredService<IOptions<RaftAccessOptions>>().Value;
        Assert.Equal((Seed, TimeSpan.FromSeconds(7)), (Assert.Single(options.Seeds), options.RequestTimeout));
        Validate(host);
    }

    [Fact]
    public void Providers_of_the_configuration_without_seeds_bring_replicas_with_them_and_the_error_says_so()
    {
        var error = Assert.Throws<ReplicationConfigurationException>(() => Build(silo => silo.UseRemoteRaftReplication(), Providers));
        Assert.Contains("unless Orleans:Replication:Seeds names silos there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_are_refused_at_the_start_of_the_silo()
    {
        await using var silo = TestSilo.Create(silo => silo
            .UseRemoteRaftReplication(options => (options.Seeds, options.AccessToken) = ([Seed], "what clients and silos share"))
            .UseRaftClustering()
            .AddRaftStreams("changes"));
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => silo.StartAsync());
        Assert.StartsWith("Stream provider 'changes' needs a replica on its own silo", error.Message, StringComparison.Ordinal);
    }

    private static void Validate(IHost host)
    {
        foreach (var validator in host.Services.GetServices<IConfigurationValidator>().Where(validator => validator.GetType().Assembly == typeof(RaftAccessOptions).Assembly))
            validator.ValidateConfiguration();
    }

    private static IHost Build(Action<ISiloBuilder> configure, (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(configure);
        return builder.Build();
    }
}
