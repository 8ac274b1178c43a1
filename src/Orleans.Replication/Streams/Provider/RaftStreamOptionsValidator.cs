using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Replication.Streams.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftStreamOptionsValidator(RaftStreamOptions options, string name) : IConfigurationValidator
{
    private const int MaxQueues = 256;
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(options.Group))
            throw Invalid(nameof(options.Group), "is required: name a group of AddRaftReplication, for example \"default\"");
        if (options.Queues is < 1 or > MaxQueues)
            throw Invalid(nameof(options.Queues), $"is {options.Queues}: it has to be 1 to {MaxQueues}");
        if (options.CheckpointInterval < MinInterval || options.CheckpointInterval > MaxInterval)
            throw Invalid(nameof(options.CheckpointInterval), $"is {options.CheckpointInterval}: it has to be {MinInterval} to {MaxInterval}");
    }

    private OrleansConfigurationException Invalid(string option, string why) =>
        new($"Invalid configuration for stream provider '{name}'. {nameof(RaftStreamOptions)}.{option} {why}.");
}
