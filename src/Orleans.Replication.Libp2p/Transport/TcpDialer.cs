using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p.Transport;

/// <summary>Connects TCP sockets, with NoDelay.</summary>
internal static class TcpDialer
{
    /// <exception cref="SocketException">The address cannot be reached.</exception>
    internal static async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
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
