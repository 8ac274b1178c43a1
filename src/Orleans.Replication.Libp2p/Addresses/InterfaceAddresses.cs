using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p.Addresses;

/// <summary>
/// What <c>0.0.0.0</c> and <c>::</c> stand for: the addresses of this machine's interfaces. Others cannot dial the former.
/// </summary>
internal static class InterfaceAddresses
{
    /// <summary>The addresses listened on, with each unspecified one replaced; those of the loopback interface come last.</summary>
    internal static IReadOnlyList<Multiaddr> Expand(IReadOnlyList<Multiaddr> listened)
    {
        if (!listened.Any(IsUnspecified))
            return listened;

        var own = Enumerate();
        return [.. listened.SelectMany(address => IsUnspecified(address) ? Replace(address, own) : [address]).Distinct()];
    }

    internal static bool IsUnspecified(Multiaddr address) =>
        address.TryGetTcpEndPoint(out var endPoint) && endPoint is IPEndPoint ip && (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any));

    internal static bool IsLoopback(Multiaddr address) =>
        address.TryGetTcpEndPoint(out var endPoint) && endPoint is IPEndPoint ip && IPAddress.IsLoopback(ip.Address);

    private static IEnumerable<Multiaddr> Replace(Multiaddr unspecified, IPAddress[] own)
    {
        unspecified.TryGetTcpEndPoint(out var endPoint);
        var any = (IPEndPoint)endPoint!;
        return own.Where(address => address.AddressFamily == any.AddressFamily).Select(address => Multiaddr.FromTcp(new IPEndPoint(address, any.Port)));
    }

    /// <summary>Without link-local IPv6 addresses: they mean nothing without a zone, and a zone means nothing elsewhere.</summary>
    private static IPAddress[] Enumerate() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up || network.NetworkInterfaceType == NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork || !address.IsIPv6LinkLocal)
            .OrderBy(IPAddress.IsLoopback),
    ];
}
