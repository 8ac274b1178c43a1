using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Transactions.Provider;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Tests.Transactions;

/// <summary>How storage of transactional states is added to a silo. The silo is built but not started.</summary>
public sealed class TransactionalStorageHostingTests
{
    [Fact]
    public void The_default_provider_is_found_with_and_without_its_name()
    {
        using var host = Build(silo => silo.AddRaftTransactionalStateStorageAsDefault());
        var named = host.Services.GetRequiredKeyedService<ITransactionalStateStorageFactory>("Default");
        Assert.IsType<RaftTransactionalStateStorageFactory>(named);
        Assert.Same(named, host.Services.GetRequiredService<ITransactionalStateStorageFactory>());
    }

    [Fact]
    public void A_named_provider_is_found_by_its_name_alone()
    {
        using var host = Build(silo => silo.AddRaftTransactionalStateStorage("bank"));
        Assert.IsType<RaftTransactionalStateStorageFactory>(host.Services.GetRequiredKeyedService<ITransactionalStateStorageFactory>("bank"));
        Assert.Null(host.Services.GetService<ITransactionalStateStorageFactory>());
    }

    [Fact]
    public void Every_overload_sets_the_options_of_its_name()
    {
        using var host = Build(silo => silo
            .AddRaftTransactionalStateStorageAsDefault(options => options.Group = "g")
            .AddRaftTransactionalStateStorage("a", (RaftTransactionalStateOptions options) => options.Group = "ga")
            .AddRaftTransactionalStateStorage("b", (OptionsBuilder<RaftTransactionalStateOptions> options) => options.Configure(o => o.Group = "gb"))
            .AddRaftTransactionalStateStorage("c"));
        Assert.Equal(("g", "ga", "gb", "default"), (Options(host, "Default").Group, Options(host, "a").Group, Options(host, "b").Group, Options(host, "c").Group));
    }

    [Fact]
    public void A_provider_takes_the_serializer_registered_under_its_name_and_else_the_silos()
    {
        using var host = Build(silo =>
        {
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer, OrleansGrainStorageSerializer>("binary");
            silo.AddRaftTransactionalStateStorage("binary").AddRaftTransactionalStateStorage("other");
        });
        Assert.IsType<OrleansGrainStorageSerializer>(Options(host, "binary").GrainStorageSerializer);
        Assert.IsType<JsonGrainStorageSerializer>(Options(host, "other").GrainStorageSerializer);
    }

    [Fact]
    public void A_group_without_a_name_is_refused_with_a_message_that_names_the_option()
    {
        using var host = Build(silo => silo.AddRaftTransactionalStateStorage("bank", (RaftTransactionalStateOptions options) => options.Group = ""));
        var error = Assert.Throws<OrleansConfigurationException>(() => Validate(host));
        Assert.Contains("with name bank. RaftTransactionalStateOptions.Group is required", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_pass()
    {
        using var host = Build(silo => silo.AddRaftTransactionalStateStorageAsDefault());
        Validate(host);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftTransactionalStateOptionsValidator>().Single().ValidateConfiguration();

    private static RaftTransactionalStateOptions Options(IHost host, string name) =>
        host.Services.GetRequiredService<IOptionsMonitor<RaftTransactionalStateOptions>>().Get(name);

    private static IHost Build(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => configure(silo.UseRaftClustering()));
        return builder.Build();
    }
}
