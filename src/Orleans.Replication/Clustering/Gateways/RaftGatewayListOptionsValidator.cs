using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Gateways;

/// <summary>Refuses options that cannot work, before the client starts.</summary>
internal sealed class RaftGatewayListOptionsValidator(IOptions<RaftGatewayListOptions> options) : IConfigurationValidator
{
    private const string Example = "/ip4/10.0.0.1/tcp/4001/p2p/12D3Koo…";
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var value = options.Value;
        if (value.Seeds is null or [])
            throw Invalid(nameof(value.Seeds), $"is empty: name one silo or more by its address and peer id, such as {Example}");
        try
        {
            ClusterPeers.Parse(value.Seeds);
        }
        catch (FormatException error)
        {
            throw Invalid(nameof(value.Seeds), $"cannot be read: {error.Message}");
        }

        if (value.RequestTimeout < ShortestTimeout || value.RequestTimeout > LongestTimeout)
            throw Invalid(nameof(value.RequestTimeout), $"is {value.RequestTimeout}, but must be from {ShortestTimeout} to {LongestTimeout}");
    }

    private static OrleansConfigurationException Invalid(string property, string problem) =>
        new($"Invalid configuration for UseRaftClustering of the client. {nameof(RaftGatewayListOptions)}.{property} {problem}.");
}
