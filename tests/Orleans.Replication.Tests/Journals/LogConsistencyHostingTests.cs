using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.EventSourcing;
using Orleans.Hosting;
using Orleans.Replication.Journals.Provider;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Journals;

/// <summary>How the log-consistency provider is added to a silo. The silo is built but not started.</summary>
public sealed class LogConsistencyHostingTests
{
    [Fact]
    public void The_default_provider_is_found_with_and_without_its_name()
    {
        using var host = Build(silo => silo.AddRaftLogConsistencyProviderAsDefault());
        var named = host.Services.GetRequiredKeyedService<ILogViewAdaptorFactory>("Default");
        Assert.IsType<RaftLogConsistencyProvider>(named);
        Assert.Same(named, host.Services.GetRequiredService<ILogViewAdaptorFactory>());
    }

    [Fact]
    public void Every_overload_sets_the_options_of_its_name()
    {
        using var host = Build(silo => silo
            .AddRaftLogConsistencyProviderAsDefault(options => options.Group = "g")
            .AddRaftLogConsistencyProvider("a", (RaftLogConsistencyOptions options) => options.Group = "ga")
            .AddRaftLogConsistencyProvider("b", (OptionsBuilder<RaftLogConsistencyOptions> options) => options.Configure(o => o.Group = "gb"))
            .AddRaftLogConsistencyProvider("c"));
        Assert.Equal(("g", "ga", "gb", "default"), (Options(host, "Default").Group, Options(host, "a").Group, Options(host, "b").Group, Options(host, "c").Group));
        Assert.IsType<RaftLogConsistencyProvider>(host.Services.GetRequiredKeyedService<ILogViewAdaptorFactory>("c"));
    }

    [Fact]
    public void A_group_without_a_name_is_refused_with_a_message_that_names_the_option()
    {
        using var host = Build(silo => silo.AddRaftLogConsistencyProvider("ledgers", (RaftLogConsistencyOptions options) => options.Group = ""));
        var error = Assert.Throws<OrleansConfigurationException>(() => Validate(host));
        Assert.Contains("with name ledgers. RaftLogConsistencyOptions.Group is required", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_pass()
    {
        using var host = Build(silo => silo.AddRaftLogConsistencyProviderAsDefault());
        Validate(host);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftLogConsistencyOptionsValidator>().Single().ValidateConfiguration();

    private static RaftLogConsistencyOptions Options(IHost host, string name) =>
        host.Services.GetRequiredService<IOptionsMonitor<RaftLogConsistencyOptions>>().Get(name);

    private static IHost Build(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => configure(silo.UseRaftClustering()));
        return builder.Build();
    }
}
