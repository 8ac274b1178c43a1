using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Replication.Hosting;

[assembly: RegisterProvider("Raft", "GrainDirectory", "Silo", typeof(RaftGrainDirectoryProviderBuilder))]

namespace Orleans.Replication.GrainDirectories.Provider;

/// <summary>Configures a grain directory from <c>Orleans:GrainDirectory:&lt;name&gt;</c> with <c>ProviderType</c> "Raft". Replication itself comes with it, from <c>Orleans:Replication</c>.</summary>
internal sealed class RaftGrainDirectoryProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) => builder.AddImpliedReplication().AddRaftGrainDirectory(
        name ?? GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY,
        (RaftGrainDirectoryOptions options) => options.Group = configurationSection[nameof(options.Group)] ?? options.Group);
}
