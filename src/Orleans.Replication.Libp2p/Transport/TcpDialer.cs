using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p.Transport;

/// <summary>Connects TCP sockets, with NoDelay.</summary>
internal static class TcpDialer
{
    /// <summary>Connects to an address; a name is resolved and its addresses are tried in order.</summary>
    /// <exception cref="SocketException">It cannot be reached, or the name cannot be resolved.</exception>
    internal static async Task<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        if (endPoint is IPEndPoint address)
            return await ConnectAsync(address, cancellationToken).ConfigureAwait(false);

        var name = (DnsEndPoint)endPoint;
        var resolved = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellationToken).ConfigureAwait(false);
        Exception? last = null;
        foreach (var candidate in resolved)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(candidate, name.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException error)
            {
                last = error;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
