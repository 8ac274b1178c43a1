using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p.Addresses;

/// <summary>Reads the socket address out of the parts of a plain TCP multiaddr.</summary>
internal static class TcpEndPoints
{
    internal static bool TryGet(ReadOnlySpan<MultiaddrPart> parts, [NotNullWhen(true)] out EndPoint? endPoint)
    {
        endPoint = null;
        var zone = string.Empty;
        if (parts is [{ Protocol: var first } zonePart, ..] && first == MultiaddrProtocol.Ip6Zone)
        {
            zone = zonePart.Value;
            parts = parts[1..];
        }

        if (parts is [.., { Protocol: var last }] && last == MultiaddrProtocol.P2p)
            parts = parts[..^1];
        if (parts is not [var host, { Protocol: var second } tcp] || second != MultiaddrProtocol.Tcp)
            return false;

        var port = int.Parse(tcp.Value, CultureInfo.InvariantCulture);
        endPoint = Make(host, zone, port);
        return endPoint is not null;
    }

    private static EndPoint? Make(MultiaddrPart host, string zone, int port)
    {
        if (host.Protocol == MultiaddrProtocol.Ip4 && zone.Length == 0)
            return new IPEndPoint(IPAddress.Parse(host.Value), port);
        if (host.Protocol == MultiaddrProtocol.Ip6)
            return IPAddress.TryParse(zone.Length == 0 ? host.Value : $"{host.Value}%{zone}", out var address) ? new IPEndPoint(address, port) : null;
        if (zone.Length > 0)
            return null;
        if (host.Protocol == MultiaddrProtocol.Dns)
            return new DnsEndPoint(host.Value, port, AddressFamily.Unspecified);
        if (host.Protocol == MultiaddrProtocol.Dns4)
            return new DnsEndPoint(host.Value, port, AddressFamily.InterNetwork);
        return host.Protocol == MultiaddrProtocol.Dns6 ? new DnsEndPoint(host.Value, port, AddressFamily.InterNetworkV6) : null;
    }
}
