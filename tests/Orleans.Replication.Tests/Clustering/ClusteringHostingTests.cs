using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Clustering.Provider;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>How clustering is added to a silo, in code and from configuration. The silo is built but not started.</summary>
public sealed class ClusteringHostingTests
{
    [Fact]
    public void The_silo_gets_the_membership_table()
    {
        using var host = Build(silo => silo.UseRaftClustering());
        Assert.IsType<RaftMembershipTable>(host.Services.GetRequiredService<IMembershipTable>());
        Assert.Equal("default", Options(host).Group);
    }

    [Fact]
    public void Asked_for_twice_there_is_one_table_with_the_options_of_both()
    {
        using var host = Build(silo => silo
            .UseRaftClustering()
            .UseRaftClustering((OptionsBuilder<RaftClusteringOptions> options) => options.Configure(o => o.Group = "g")));
        Assert.Single(host.Services.GetServices<IMembershipTable>());
        Assert.Single(host.Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>().OfType<StatusRetries>());
        Assert.Equal("g", Options(host).Group);
    }

    [Fact]
    public void Configuration_alone_makes_the_table()
    {
        using var host = Build(
            _ => { },
            ("Orleans:Clustering:ProviderType", "Raft"),
            ("Orleans:Clustering:Group", "silos"));
        Assert.IsType<RaftMembershipTable>(host.Services.GetRequiredService<IMembershipTable>());
        Assert.Equal("silos", Options(host).Group);
    }

    [Fact]
    public void A_missing_group_is_refused_with_a_message_that_names_it()
    {
        using var host = Build(silo => silo.UseRaftClustering(options => options.Group = ""));
        Assert.Contains("RaftClusteringOptions.Group is required", Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_id_that_does_not_fit_a_key_is_refused()
    {
        using var host = Build(silo => silo.UseRaftClustering().Configure<ClusterOptions>(options => options.ClusterId = new string('c', 1025)));
        Assert.Contains("ClusterOptions.ClusterId", Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_pass()
    {
        using var host = Build(silo => silo.UseRaftClustering());
        Validate(host);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftClusteringOptionsValidator>().Single().ValidateConfiguration();

    private static RaftClusteringOptions Options(IHost host) => host.Services.GetRequiredService<IOptions<RaftClusteringOptions>>().Value;

    private static IHost Build(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(configure);
        return builder.Build();
    }
}
