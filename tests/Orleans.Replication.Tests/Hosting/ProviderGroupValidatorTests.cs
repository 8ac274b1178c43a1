using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Hosting;

/// <summary>What a provider says whose group is not there. The silo is built but not started.</summary>
public sealed class ProviderGroupValidatorTests
{
    private static readonly Dictionary<string, Action<ISiloBuilder, string>> Add = new()
    {
        ["Clustering"] = (silo, group) => silo.UseRaftClustering((RaftClusteringOptions options) => options.Group = group),
        ["Grain storage 'p'"] = (silo, group) => silo.AddRaftGrainStorage("p", (RaftGrainStorageOptions options) => options.Group = group),
        ["The reminder service"] = (silo, group) => silo.UseRaftReminderService((RaftReminderOptions options) => options.Group = group),
        ["Grain directory 'p'"] = (silo, group) => silo.AddRaftGrainDirectory("p", (RaftGrainDirectoryOptions options) => options.Group = group),
        ["Transactional state storage 'p'"] = (silo, group) =>
            silo.AddRaftTransactionalStateStorage("p", (RaftTransactionalStateOptions options) => options.Group = group),
        ["Log-consistency provider 'p'"] = (silo, group) =>
            silo.AddRaftLogConsistencyProvider("p", (RaftLogConsistencyOptions options) => options.Group = group),
        ["Stream provider 'p'"] = (silo, group) => silo.AddRaftStreams("p", options => options.Configure(value => value.Group = group)),
    };

    public static TheoryData<string> Providers => new(Add.Keys);

    [Theory, MemberData(nameof(Providers))]
    public void Without_replication_a_provider_says_what_to_add(string provider)
    {
        using var host = Build(silo => Add[provider](silo, "default"));
        Assert.Equal(
            $"{provider} keeps its records in a Raft group, but this silo has none. Add AddRaftReplication() to the silo.",
            Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message);
    }

    [Theory, MemberData(nameof(Providers))]
    public void A_group_that_the_silo_does_not_have_is_named_with_those_that_it_has(string provider)
    {
        using var host = Build(silo => Add[provider](silo.AddRaftReplication(options => options.Groups.Add("money")), "mony"));
        var message = Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message;
        Assert.StartsWith($"{provider} names group 'mony', which this silo does not have.", message, StringComparison.Ordinal);
        Assert.EndsWith("or name one of: default, money.", message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Providers))]
    public void A_group_that_the_silo_has_passes(string provider)
    {
        using var host = Build(silo => Add[provider](silo.AddRaftReplication(options => options.Groups.Add("money")), "money"));
        Validate(host);
    }

    [Theory, MemberData(nameof(Providers))]
    public void Without_a_replica_every_provider_passes_but_streams_which_say_what_to_do(string provider)
    {
        using var host = Build(silo => Add[provider](silo.UseRemoteRaftReplication(), "money"));
        if (provider != "Stream provider 'p'")
        {
            Validate(host);
            return;
        }

        var message = Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message;
        Assert.StartsWith($"{provider} needs a replica on its own silo, and this silo uses its groups remotely (UseRemoteRaftReplication). Leave it out here, and follow changes with", message, StringComparison.Ordinal);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<ProviderGroupValidator>().Single().ValidateConfiguration();

    private static IHost Build(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => configure(silo.UseLocalhostClustering()));
        return builder.Build();
    }
}
