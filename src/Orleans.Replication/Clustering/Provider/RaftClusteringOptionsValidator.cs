using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Membership;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Provider;

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
internal sealed class RaftClusteringOptionsValidator(IOptions<RaftClusteringOptions> options, IOptions<ClusterOptions> cluster) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var value = options.Value;
        if (string.IsNullOrWhiteSpace(value.Group))
            throw Invalid(nameof(value.Group), "is required: name a group of AddRaftReplication, for example \"default\"");
        if (cluster.Value.ClusterId is not { Length: > 0 and <= MembershipFormat.MaxNameCharacters })
        {
            throw new OrleansConfigurationException(
                $"Invalid configuration for {nameof(RaftMembershipTable)}. {nameof(ClusterOptions)}.{nameof(ClusterOptions.ClusterId)} must have 1 to "
                + $"{MembershipFormat.MaxNameCharacters} characters.");
        }
    }

    private static OrleansConfigurationException Invalid(string property, string problem) =>
        new($"Invalid configuration for {nameof(RaftMembershipTable)}. {nameof(RaftClusteringOptions)}.{property} {problem}.");
}
