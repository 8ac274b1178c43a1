using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Hosting;
using Orleans.Replication.Reminders.Provider;

[assembly: RegisterProvider("Raft", "Reminders", "Silo", typeof(RaftReminderProviderBuilder))]

namespace Orleans.Replication.Reminders.Provider;

/// <summary>Configures reminders from <c>Orleans:Reminders</c> with <c>ProviderType</c> "Raft". Replication itself comes with it, from <c>Orleans:Replication</c>.</summary>
internal sealed class RaftReminderProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddImpliedReplication().UseRaftReminderService((RaftReminderOptions options) => options.Group = configurationSection[nameof(options.Group)] ?? options.Group);
}
