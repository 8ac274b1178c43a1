using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication;
using Orleans.Replication.Groups;
using Orleans.Replication.Reminders.Provider;

namespace Orleans.Hosting;

/// <summary>Adds reminders in a Raft group to a silo's services.</summary>
public static class RaftReminderServiceCollectionExtensions
{
    /// <summary>Adds reminders, and keeps them in a Raft group. May be called again: the options add up.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static IServiceCollection UseRaftReminderService(this IServiceCollection services, Action<RaftReminderOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.UseRaftReminderService(options => options.Configure(configureOptions));
    }

    /// <summary>Adds reminders, and keeps them in a Raft group. May be called again: the options add up.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static IServiceCollection UseRaftReminderService(
        this IServiceCollection services, Action<OptionsBuilder<RaftReminderOptions>>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        configureOptions?.Invoke(services.AddOptions<RaftReminderOptions>());
        if (services.Any(descriptor => descriptor.ServiceType == typeof(RaftReminderTable)))
            return services;

        services.AddReminders();
        services.ConfigureFormatter<RaftReminderOptions>();
        services.AddTransient<IConfigurationValidator, RaftReminderOptionsValidator>();
        services.AddTransient<IConfigurationValidator>(provider =>
            new ProviderGroupValidator("The reminder service", provider.GetRequiredService<IOptions<RaftReminderOptions>>().Value.Group, provider));
        services.AddSingleton(Create);
        services.AddSingleton<IReminderTable>(provider => provider.GetRequiredService<RaftReminderTable>());
        return services;
    }

    private static RaftReminderTable Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<RaftReminderOptions>>();
        return new RaftReminderTable(
            services.GetRequiredService<IOptions<ClusterOptions>>(),
            () => services.GetRequiredService<IGroupAccesses>().Get(options.Value.Group));
    }
}
