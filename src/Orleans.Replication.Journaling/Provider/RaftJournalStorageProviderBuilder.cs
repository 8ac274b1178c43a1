using Microsoft.Extensions.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Hosting;
using Orleans.Replication.Journaling.Provider;

[assembly: RegisterProvider("Raft", "Journaling", "Silo", typeof(RaftJournalStorageProviderBuilder))]

namespace Orleans.Replication.Journaling.Provider;

/// <summary>Configures journals from <c>Orleans:Journaling:&lt;name&gt;</c> with <c>ProviderType</c> "Raft". Replication itself comes with it, from <c>Orleans:Replication</c>.</summary>
internal sealed class RaftJournalStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddImpliedReplication().AddRaftJournalStorage(name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configurationSection.Bind);
}
