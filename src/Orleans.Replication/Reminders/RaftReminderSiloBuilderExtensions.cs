using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Adds reminders in a Raft group to a silo.</summary>
public static class RaftReminderSiloBuilderExtensions
{
    /// <inheritdoc cref="RaftReminderServiceCollectionExtensions.UseRaftReminderService(IServiceCollection, Action{RaftReminderOptions})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options.</param>
    public static ISiloBuilder UseRaftReminderService(this ISiloBuilder builder, Action<RaftReminderOptions> configureOptions) =>
        builder.ConfigureServices(services => services.UseRaftReminderService(configureOptions));

    /// <inheritdoc cref="RaftReminderServiceCollectionExtensions.UseRaftReminderService(IServiceCollection, Action{OptionsBuilder{RaftReminderOptions}})"/>
    /// <param name="builder">The silo.</param>
    /// <param name="configureOptions">Sets the options; null for the defaults.</param>
    public static ISiloBuilder UseRaftReminderService(
        this ISiloBuilder builder, Action<OptionsBuilder<RaftReminderOptions>>? configureOptions = null) =>
        builder.ConfigureServices(services => services.UseRaftReminderService(configureOptions));
}
