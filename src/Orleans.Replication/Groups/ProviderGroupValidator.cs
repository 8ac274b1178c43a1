using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Groups;

/// <summary>Refuses a provider whose group this silo does not have, before the silo starts.</summary>
/// <param name="provider">What the provider is, at the beginning of a sentence.</param>
/// <param name="group">The group that it names.</param>
/// <param name="services">The silo's services.</param>
internal sealed class ProviderGroupValidator(string provider, string group, IServiceProvider services) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
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
