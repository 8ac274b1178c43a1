using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <summary>How a grain directory is added to a silo, in code and from configuration. The silo is built but not started.</summary>
public sealed class GrainDirectoryHostingTests
{
    [Fact]
    public void Every_overload_sets_the_options_of_its_name()
    {
        using var host = Build(silo => silo
            .UseRaftGrainDirectoryAsDefault(options => options.Group = "g")
            .AddRaftGrainDirectory("a", (RaftGrainDirectoryOptions options) => options.Group = "ga")
            .AddRaftGrainDirectory("b", (OptionsBuilder<RaftGrainDirectoryOptions> options) => options.Configure(o => o.Group = "gb"))
            .AddRaftGrainDirectory("c"));
        foreach (var (name, group) in new[] { (GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY, "g"), ("a", "ga"), ("b", "gb"), ("c", "default") })
        {
            Assert.IsType<RaftGrainDirectory>(host.Services.GetRequiredKeyedService<IGrainDirectory>(name));
            Assert.Equal(group, Options(host, name).Group);
        }
    }

    [Fact]
    public void Configuration_alone_makes_directories()
    {
        using var host = Build(_ => { }, ("Orleans:GrainDirectory:raft:ProviderType", "Raft"), ("Orleans:GrainDirectory:raft:Group", "precious"));
        Assert.IsType<RaftGrainDirectory>(host.Services.GetRequiredKeyedService<IGrainDirectory>("raft"));
        Assert.Equal("precious", Options(host, "raft").Group);
    }

    [Fact]
    public void A_group_without_a_name_is_refused_with_a_message_that_names_the_option()
    {
        using var host = Build(silo => silo.AddRaftGrainDirectory("raft", (RaftGrainDirectoryOptions options) => options.Group = " "));
        var error = Assert.Throws<OrleansConfigurationException>(() => Validate(host));
        Assert.Contains("with name raft. RaftGrainDirectoryOptions.Group is required", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_pass()
    {
        using var host = Build(silo => silo.AddRaftGrainDirectory("raft"));
        Validate(host);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftGrainDirectoryOptionsValidator>().Single().ValidateConfiguration();

    private static RaftGrainDirectoryOptions Options(IHost host, string name) =>
        host.Services.GetRequiredService<IOptionsMonitor<RaftGrainDirectoryOptions>>().Get(name);

    private static IHost Build(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(silo => configure(silo.UseRaftClustering()));
        return builder.Build();
    }
}
