using Microsoft.Extensions.Options;
using Orleans.Replication;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Configuration;

/// <summary>Refuses options that cannot work, before the client or the silo starts.</summary>
internal sealed class RaftAccessOptionsValidator(IOptions<RaftAccessOptions> options, IOptions<ClusterOptions> cluster) : IConfigurationValidator
{
    private const int MaxClusterIdChars = 128;
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestConnect = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    /// <exception cref="ReplicationConfigurationException">An option is wrong; the message says what to write instead.</exception>
    public void ValidateConfiguration()
    {
        var value = options.Value;
        Require(value.Seeds is { Count: > 0 }, nameof(value.Seeds), "is empty. Name one silo or more by its address and peer id, such as /ip4/10.0.0.1/tcp/4001/p2p/12D3Koo….");
        try
        {
            ClusterPeers.Parse(value.Seeds);
        }
        catch (FormatException error)
        {
            throw new ReplicationConfigurationException($"{nameof(RaftAccessOptions)}.{nameof(value.Seeds)}: {error.Message}", error);
        }

        Require(value.AccessToken is not null, nameof(value.AccessToken), $"is missing. Write the {nameof(RaftReplicationOptions.AccessToken)} of the silos.");
        Require(Secrets.IsGood(value.AccessToken), nameof(value.AccessToken), Secrets.Problem(value.AccessToken));
        var clusterId = value.ClusterId ?? cluster.Value.ClusterId;
        Require(
            clusterId is { Length: > 0 and <= MaxClusterIdChars },
            nameof(value.ClusterId),
            $"has {clusterId?.Length ?? 0} characters. Write that of the silos, 1 to {MaxClusterIdChars}, or set ClusterOptions.ClusterId.");
        RequireWithin(value.RequestTimeout, LongestRequest, nameof(value.RequestTimeout));
        RequireWithin(value.ConnectTimeout, LongestConnect, nameof(value.ConnectTimeout));
    }

    private static void RequireWithin(TimeSpan timeout, TimeSpan longest, string name) =>
        Require(timeout >= ShortestTimeout && timeout <= longest, name, $"is {timeout}. Write {ShortestTimeout} to {longest}.");

    private static void Require(bool holds, string name, string problem)
    {
        if (!holds)
            throw new ReplicationConfigurationException($"{nameof(RaftAccessOptions)}.{name} {problem}");
    }
}
