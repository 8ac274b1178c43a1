using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Reminders.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftReminderOptionsValidator(IOptions<RaftReminderOptions> options, IOptions<ClusterOptions> cluster) : IConfigurationValidator
{
    private const int MaxServiceIdCharacters = 1024;

    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Value.Group))
        {
            throw new OrleansConfigurationException(
                $"Invalid configuration for {nameof(RaftReminderTable)}. {nameof(RaftReminderOptions)}.{nameof(RaftReminderOptions.Group)} is required: "
                + "name a group of AddRaftReplication, for example \"default\".");
        }

        if (cluster.Value.ServiceId is not { Length: > 0 and <= MaxServiceIdCharacters })
        {
            throw new OrleansConfigurationException(
                $"Invalid configuration for {nameof(RaftReminderTable)}. {nameof(ClusterOptions)}.{nameof(ClusterOptions.ServiceId)} must have 1 to "
                + $"{MaxServiceIdCharacters} characters.");
        }
    }
}
