using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Streams.Provider;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Tests.Streams;

/// <summary>How streams of states are added to a silo or a client, in code and from configuration. Built, but not started.</summary>
public sealed class StateStreamHostingTests
{
    [Fact]
    public void Code_sets_the_options_of_its_name()
    {
        using var host = Build(silo => silo
            .AddRaftStreams("a", options => options.Configure(value => (value.Group, value.Queues) = ("ga", 1)))
            .AddRaftStreams("b"));
        Assert.Equal(("ga", 1), (Options(host, "a").Group, Options(host, "a").Queues));
        Assert.Equal(("default", 4, TimeSpan.FromSeconds(5)), (Options(host, "b").Group, Options(host, "b").Queues, Options(host, "b").CheckpointInterval));
        Assert.IsType<RaftStreamAdapterFactory>(host.Services.GetRequiredKeyedService<IQueueAdapterFactory>("a"));
    }

    [Fact]
    public void Configuration_alone_makes_streams()
    {
        using var host = Build(
            _ => { },
            ("Orleans:Streaming:changes:ProviderType", "Raft"),
            ("Orleans:Streaming:changes:Group", "precious"),
            ("Orleans:Streaming:changes:Queues", "2"),
            ("Orleans:Streaming:changes:CheckpointInterval", "00:00:01"));
        Assert.IsType<RaftStreamAdapterFactory>(host.Services.GetRequiredKeyedService<IQueueAdapterFactory>("changes"));
        Assert.Equal(("precious", 2, TimeSpan.FromSeconds(1)), (Options(host, "changes").Group, Options(host, "changes").Queues, Options(host, "changes").CheckpointInterval));
    }

    [Fact]
    public void Configuration_alone_makes_streams_on_a_client()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Orleans:Streaming:changes:ProviderType", "Raft"), new("Orleans:Streaming:changes:Queues", "2")]);
        builder.UseOrleansClient(client => client.UseLocalhostClustering());
        using var host = builder.Build();
        Assert.IsType<RaftStreamAdapterFactory>(host.Services.GetRequiredKeyedService<IQueueAdapterFactory>("changes"));
        Assert.Equal(2, Options(host, "changes").Queues);
    }

    [Theory]
    [InlineData(" ", 4, 5, "RaftStreamOptions.Group is required")]
    [InlineData("default", 0, 5, "RaftStreamOptions.Queues is 0: it has to be 1 to 256")]
    [InlineData("default", 4, 0, "RaftStreamOptions.CheckpointInterval is 00:00:00: it has to be 00:00:00.1000000 to 00:10:00")]
    public void Options_that_cannot_work_are_refused_with_what_to_write(string group, int queues, int seconds, string message)
    {
        using var host = Build(silo => silo.AddRaftStreams("changes", options => options.Configure(value =>
            (value.Group, value.Queues, value.CheckpointInterval) = (group, queues, TimeSpan.FromSeconds(seconds)))));
        var error = Assert.Throws<OrleansConfigurationException>(() =>
            host.Services.GetServices<IConfigurationValidator>().OfType<RaftStreamOptionsValidator>().Single().ValidateConfiguration());
        Assert.Contains($"stream provider 'changes'. {message}", error.Message, StringComparison.Ordinal);
    }

    private static RaftStreamOptions Options(IHost host, string name) => host.Services.GetRequiredService<IOptionsMonitor<RaftStreamOptions>>().Get(name);

    private static IHost Build(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(silo => configure(silo.UseRaftClustering()));
        return builder.Build();
    }
}
