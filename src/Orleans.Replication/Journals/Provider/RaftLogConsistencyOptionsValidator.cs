using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Journals.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftLogConsistencyOptionsValidator(RaftLogConsistencyOptions options, string name) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Group))
            throw Invalid(nameof(options.Group), "is required: name a group of AddRaftReplication, for example \"default\"");
        if (options.GrainStorageSerializer is null)
            throw Invalid(nameof(options.GrainStorageSerializer), "is required");
    }

    private OrleansConfigurationException Invalid(string property, string problem) =>
        new($"Invalid configuration for the log-consistency provider with name {name}. {nameof(RaftLogConsistencyOptions)}.{property} {problem}.");
}
