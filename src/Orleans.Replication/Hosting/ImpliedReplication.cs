using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Access;

namespace Orleans.Replication.Hosting;

/// <summary>Replication that comes with a provider which the configuration names.</summary>
internal static class ImpliedReplication
{
    /// <summary>
    /// Adds it, unless the silo uses groups remotely already: remotely as well when the section <c>Orleans:Replication</c> has <see cref="RaftAccessOptions.Seeds"/>, and neither
    /// <see cref="RaftReplicationOptions.Peers"/> nor <see cref="RaftReplicationOptions.JoinAddresses"/>, which are those of a silo with replicas; else with replicas.
    /// </summary>
    public static ISiloBuilder AddImpliedReplication(this ISiloBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(AccessClient)))
            return builder;
        var section = builder.Configuration.GetSection(RaftReplicationOptions.ConfigurationSection);
        return Has(nameof(RaftAccessOptions.Seeds)) && !Has(nameof(RaftReplicationOptions.Peers)) && !Has(nameof(RaftReplicationOptions.JoinAddresses))
            ? builder.UseRemoteRaftReplication()
            : builder.AddRaftReplication();

        bool Has(string list) => section.GetSection(list).GetChildren().Any();
    }
}
