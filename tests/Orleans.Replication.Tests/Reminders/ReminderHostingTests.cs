using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Reminders.Provider;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Reminders;

/// <summary>How reminders are added to a silo, in code and from configuration. The silo is built but not started.</summary>
public sealed class ReminderHostingTests
{
    [Fact]
    public void The_silo_gets_the_table_and_the_reminder_service()
    {
        using var host = Build(silo => silo.UseRaftReminderService());
        Assert.IsType<RaftReminderTable>(host.Services.GetRequiredService<IReminderTable>());
        Assert.NotNull(host.Services.GetService<IReminderService>());
        Assert.Equal("default", Options(host).Group);
    }

    [Fact]
    public void Asked_for_twice_there_is_one_table_with_the_options_of_both()
    {
        using var host = Build(silo => silo
            .UseRaftReminderService((RaftReminderOptions options) => options.Group = "first")
            .UseRaftReminderService((OptionsBuilder<RaftReminderOptions> options) => options.Configure(o => o.Group = "second")));
        Assert.Single(host.Services.GetServices<IReminderTable>());
        Assert.Equal("second", Options(host).Group);
    }

    [Fact]
    public void Configuration_alone_makes_the_table()
    {
        using var host = Build(_ => { }, ("Orleans:Reminders:ProviderType", "Raft"), ("Orleans:Reminders:Group", "clocks"));
        Assert.IsType<RaftReminderTable>(host.Services.GetRequiredService<IReminderTable>());
        Assert.Equal("clocks", Options(host).Group);
    }

    [Theory]
    [InlineData("", "service", "RaftReminderOptions.Group is required")]
    [InlineData("default", "", "ClusterOptions.ServiceId must have 1 to 1024 characters")]
    public void Options_that_cannot_work_are_refused_with_a_message_that_names_them(string group, string service, string message)
    {
        using var host = Build(silo => silo
            .Configure<ClusterOptions>(cluster => cluster.ServiceId = service)
            .UseRaftReminderService((RaftReminderOptions options) => options.Group = group));
        Assert.Contains(message, Assert.Throws<OrleansConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_pass()
    {
        using var host = Build(silo => silo.UseRaftReminderService());
        Validate(host);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftReminderOptionsValidator>().Single().ValidateConfiguration();

    private static RaftReminderOptions Options(IHost host) => host.Services.GetRequiredService<IOptions<RaftReminderOptions>>().Value;

    private static IHost Build(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(silo => configure(silo.UseRaftClustering()));
        return builder.Build();
    }
}
