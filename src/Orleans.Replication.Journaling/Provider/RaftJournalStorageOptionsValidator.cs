using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Journaling.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftJournalStorageOptionsValidator(string name, RaftJournalStorageOptions options, IServiceProvider services) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (services.GetService<IReplicationHost>() is null)
            throw Invalid("needs a Raft group, but this silo has none. Add AddRaftReplication() to the silo");
        if (string.IsNullOrWhiteSpace(options.Group))
            throw Invalid($"has no {nameof(options.Group)}: name a group of AddRaftReplication, for example \"default\"");
        string[] groups = [ReplicationGroups.Default, .. services.GetRequiredService<IOptions<RaftReplicationOptions>>().Value.Groups];
        if (!groups.Contains(options.Group, StringComparer.Ordinal))
            throw Invalid($"names group '{options.Group}', which this silo does not have. Add it to {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.Groups)} on every silo");
        if (options.CompactionThresholdBytes < 1)
            throw Invalid($"has {nameof(options.CompactionThresholdBytes)} {options.CompactionThresholdBytes}: it must be at least 1, for example {RaftJournalStorageOptions.DefaultCompactionThresholdBytes}");
    }

    private OrleansConfigurationException Invalid(string problem) => new($"Journal storage with name {name} {problem}.");
}
