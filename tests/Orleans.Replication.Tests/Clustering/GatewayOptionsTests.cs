using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>How a client is told where to ask for the gateways, in code and from configuration. It is built but not started.</summary>
public sealed class GatewayOptionsTests
{
    private const string Seed = "/ip4/10.0.0.1/tcp/4001/p2p/12D3KooWNbzK1jjyQKGrN42tiQ7xjidK7GwNj9BzVPk6T7DWBiTD";

    [Fact]
    public void Seeds_in_code_make_the_provider()
    {
        using var host = Build(client => client.UseRaftClustering(Seed));

        Assert.IsType<RaftGatewayListProvider>(host.Services.GetRequiredService<IGatewayListProvider>());
        Validate(host);
    }

    [Fact]
    public void Seeds_in_the_configuration_alone_make_the_provider()
    {
        using var host = Build(
            _ => { },
            ("Orleans:Clustering:ProviderType", "Raft"),
            ("Orleans:Clustering:Seeds:0", Seed),
            ("Orleans:Clustering:RequestTimeout", "00:00:02"));

        Assert.IsType<RaftGatewayListProvider>(host.Services.GetRequiredService<IGatewayListProvider>());
        var options = host.Services.GetRequiredService<IOptions<RaftGatewayListOptions>>().Value;
        Assert.Equal([Seed], options.Seeds);
        Assert.Equal(TimeSpan.FromSeconds(2), options.RequestTimeout);
        Validate(host);
    }

    [Fact]
    public void Asked_for_twice_there_is_one_provider_with_the_seeds_of_both()
    {
        using var host = Build(client => client.UseRaftClustering(Seed).UseRaftClustering(Seed.Replace("10.0.0.1", "10.0.0.2", StringComparison.Ordinal)));

        Assert.Single(host.Services.GetServices<IGatewayListProvider>());
        Assert.Equal(2, host.Services.GetRequiredService<IOptions<RaftGatewayListOptions>>().Value.Seeds.Count);
    }

    [Theory]
    [InlineData(null, "RaftGatewayListOptions.Seeds is empty: name one silo or more by its address and peer id, such as /ip4/10.0.0.1/tcp/4001/p2p/12D3Koo…")]
    [InlineData("/ip4/10.0.0.1/tcp/4001", "Append /p2p/ and its peer id")]
    [InlineData("10.0.0.1:4001", "RaftGatewayListOptions.Seeds cannot be read")]
    [InlineData("/p2p/12D3KooWNbzK1jjyQKGrN42tiQ7xjidK7GwNj9BzVPk6T7DWBiTD", "RaftGatewayListOptions.Seeds cannot be read")]
    public void Seeds_that_cannot_work_are_refused_with_what_to_write(string? seed, string said)
    {
        using var host = Build(client => client.UseRaftClustering(seed is null ? [] : [seed]));

        Assert.Contains(said, Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_out_out_of_range_is_refused_with_the_range()
    {
        using var host = Build(client => client.UseRaftClustering(Seed).Configure<RaftGatewayListOptions>(options => options.RequestTimeout = TimeSpan.Zero));

        Assert.Contains("must be from 00:00:00.1000000 to 00:01:00", Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silo_serves_clients_only_when_told_to()
    {
        Assert.False(new RaftClusteringOptions().ServeGateways);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Orleans:Clustering:ProviderType", "Raft"), new("Orleans:Clustering:ServeGateways", "true")]);
        builder.UseOrleans(_ => { });
        using var host = builder.Build();
        Assert.True(host.Services.GetRequiredService<IOptions<RaftClusteringOptions>>().Value.ServeGateways);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftGatewayListOptionsValidator>().Single().ValidateConfiguration();

    private static IHost Build(Action<IClientBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleansClient(configure);
        return builder.Build();
    }
}
