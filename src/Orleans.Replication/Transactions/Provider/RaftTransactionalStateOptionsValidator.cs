using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Transactions.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftTransactionalStateOptionsValidator(RaftTransactionalStateOptions options, string name) : IConfigurationValidator
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
        new($"Invalid configuration for transactional state storage with name {name}. {nameof(RaftTransactionalStateOptions)}.{property} {problem}.");
}
