using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Storage.Provider;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Storage;

/// <summary>How grain storage is added to a silo, in code and from configuration. The silo is built but not started.</summary>
public sealed class GrainStorageHostingTests
{
    [Fact]
    public void The_default_provider_is_found_with_and_without_its_name()
    {
        using var host = Build(silo => silo.AddRaftGrainStorageAsDefault());
        var named = host.Services.GetRequiredKeyedService<IGrainStorage>("Default");
        Assert.IsType<RaftGrainStorage>(named);
        Assert.Same(named, host.Services.GetRequiredService<IGrainStorage>());
    }

    [Fact]
    public void A_named_provider_is_found_by_its_name_alone()
    {
        using var host = Build(silo => silo.AddRaftGrainStorage("accounts"));
        Assert.IsType<RaftGrainStorage>(host.Services.GetRequiredKeyedService<IGrainStorage>("accounts"));
        Assert.Null(host.Services.GetService<IGrainStorage>());
    }

    [Fact]
    public void Every_overload_sets_the_options_of_its_name()
    {
        using var host = Build(silo => silo
            .AddRaftGrainStorageAsDefault(options => options.DeleteStateOnClear = true)
            .AddRaftGrainStorage("a", options => options.Group = "ga")
            .AddRaftGrainStorage("b", (OptionsBuilder<RaftGrainStorageOptions> options) => options.Configure(o => o.Group = "gb"))
            .AddRaftGrainStorage("c"));
        Assert.True(Options(host, "Default").DeleteStateOnClear);
        Assert.Equal(("ga", "gb", "default"), (Options(host, "a").Group, Options(host, "b").Group, Options(host, "c").Group));
        Assert.False(Options(host, "c").DeleteStateOnClear);
    }

    [Fact]
    public void A_provider_takes_the_serializer_registered_under_its_name_and_else_the_silos()
    {
        using var host = Build(silo =>
        {
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer, OrleansGrainStorageSerializer>("binary");
            silo.AddRaftGrainStorage("binary").AddRaftGrainStorage("other");
        });
        Assert.IsType<OrleansGrainStorageSerializer>(Options(host, "binary").GrainStorageSerializer);
        Assert.IsType<JsonGrainStorageSerializer>(Options(host, "other").GrainStorageSerializer);
    }

    [Fact]
    public void Configuration_alone_makes_providers()
    {
        using var host = Build(
            silo => silo.Services.AddKeyedSingleton<IGrainStorageSerializer, OrleansGrainStorageSerializer>("binary"),
            ("Orleans:GrainStorage:Default:ProviderType", "Raft"),
            ("Orleans:GrainStorage:accounts:ProviderType", "Raft"),
            ("Orleans:GrainStorage:accounts:Group", "money"),
            ("Orleans:GrainStorage:accounts:DeleteStateOnClear", "true"),
            ("Orleans:GrainStorage:accounts:SerializerKey", "binary"));
        Assert.IsType<RaftGrainStorage>(host.Services.GetRequiredService<IGrainStorage>());
        Assert.IsType<RaftGrainStorage>(host.Services.GetRequiredKeyedService<IGrainStorage>("accounts"));
        Assert.Equal(("default", false), (Options(host, "Default").Group, Options(host, "Default").DeleteStateOnClear));
        Assert.Equal(("money", true), (Options(host, "accounts").Group, Options(host, "accounts").DeleteStateOnClear));
        Assert.IsType<OrleansGrainStorageSerializer>(Options(host, "accounts").GrainStorageSerializer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_group_without_a_name_is_refused_with_a_message_that_names_the_option(string group)
    {
        using var host = Build(silo => silo.AddRaftGrainStorage("accounts", options => options.Group = group));
        var error = Assert.Throws<OrleansConfigurationException>(() =>
            host.Services.GetServices<IConfigurationValidator>().OfType<RaftGrainStorageOptionsValidator>().Single().ValidateConfiguration());
        Assert.Contains("RaftGrainStorageOptions.Group is required", error.Message, StringComparison.Ordinal);
        Assert.Contains("accounts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Good_options_pass()
    {
        using var host = Build(silo => silo.AddRaftGrainStorage("accounts"));
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftGrainStorageOptionsValidator>().Single().ValidateConfiguration();
    }

    private static RaftGrainStorageOptions Options(IHost host, string name) =>
        host.Services.GetRequiredService<IOptionsMonitor<RaftGrainStorageOptions>>().Get(name);

    private static IHost Build(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(silo => configure(silo.UseRaftClustering()));
        return builder.Build();
    }
}
