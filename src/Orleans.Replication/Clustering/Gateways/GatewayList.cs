using Orleans.Replication.Clustering.Gateways.Wire;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Gateways;

/// <summary>The gateways at one version of the membership table.</summary>
internal sealed record GatewayList(long TableVersion, IReadOnlyList<Uri> Gateways)
{
    /// <summary>Reads a reply that is not a refusal.</summary>
    /// <exception cref="FormatException">A gateway is no address.</exception>
    public static GatewayList Read(GatewayReply reply)
    {
        try
        {
            return new GatewayList(reply.TableVersion, [.. reply.Gateways.Select(gateway => SiloAddress.FromParsableString(gateway).ToGatewayUri())]);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new FormatException("It told a gateway whose address cannot be read.", error);
        }
    }
}
