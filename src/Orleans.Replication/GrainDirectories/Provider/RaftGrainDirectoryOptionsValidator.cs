using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.GrainDirectories.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftGrainDirectoryOptionsValidator(RaftGrainDirectoryOptions options, string name) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Group))
        {
            throw new OrleansConfigurationException(
                $"Invalid configuration for {nameof(RaftGrainDirectory)} with name {name}. {nameof(RaftGrainDirectoryOptions)}.{nameof(options.Group)} is "
                + "required: name a group of AddRaftReplication, for example \"default\".");
        }
    }
}
