using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Journaling.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftJournalStorageOptionsValidator(string name, RaftJournalStorageOptions options) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Group))
            throw Invalid($"has no {nameof(options.Group)}: name a group of AddRaftReplication, for example \"default\"");
        if (options.CompactionThresholdBytes < 1)
            throw Invalid($"has {nameof(options.CompactionThresholdBytes)} {options.CompactionThresholdBytes}: it must be at least 1, for example {RaftJournalStorageOptions.DefaultCompactionThresholdBytes}");
    }

    private OrleansConfigurationException Invalid(string problem) => new($"Journal storage with name {name} {problem}.");
}
