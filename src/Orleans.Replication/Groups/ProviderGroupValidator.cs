using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Access;
using Orleans.Runtime;

namespace Orleans.Replication.Groups;

/// <summary>
/// Refuses a provider whose group this silo does not have, before the silo starts. Which groups the others have, a silo without a replica cannot know: the first access says it.
/// </summary>
/// <param name="provider">What the provider is, at the beginning of a sentence.</param>
/// <param name="group">The group that it names.</param>
/// <param name="services">The silo's services.</param>
/// <param name="needsReplica">What to do on a silo without a replica, where this provider does not work; null for one that does.</param>
internal sealed class ProviderGroupValidator(string provider, string group, IServiceProvider services, string? needsReplica = null) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (services.GetService<AccessClient>() is not null)
        {
            if (needsReplica is not null)
                throw new OrleansConfigurationException($"{provider} needs a replica on its own silo, and this silo uses its groups remotely (UseRemoteRaftReplication). {needsReplica}");
            return;
        }

        if (services.GetService<IReplicationHost>() is null)
            throw new OrleansConfigurationException($"{provider} keeps its records in a Raft group, but this silo has none. Add AddRaftReplication() to the silo.");

        string[] groups = [ReplicationGroups.Default, .. services.GetRequiredService<IOptions<RaftReplicationOptions>>().Value.Groups];
        if (!groups.Contains(group, StringComparer.Ordinal))
        {
            throw new OrleansConfigurationException(
                $"{provider} names group '{group}', which this silo does not have. Add it to {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.Groups)} "
                + $"on every silo, or name one of: {string.Join(", ", groups)}.");
        }
    }
}
