using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Libp2p.Diagnostics;

namespace Orleans.Replication.Libp2p.Transport;

/// <summary>A listening TCP socket. Its loop ends with <see cref="Dispose"/> only: a failure to accept is logged and tried again.</summary>
internal sealed class TcpAcceptor : IDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    internal TcpAcceptor(IPEndPoint endPoint, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false; // /ip6 means IPv6; IPv4 has its own address.
            _socket.Bind(endPoint);
            _socket.Listen(Backlog);
            Address = Multiaddr.FromTcp((IPEndPoint)_socket.LocalEndPoint!);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>The address, with the port that was chosen.</summary>
    internal Multiaddr Address { get; }

    public void Dispose() => _socket.Dispose();

    /// <summary>Hands every accepted socket to <paramref name="onAccepted"/>, which owns it and must not block or throw.</summary>
    internal async Task RunAsync(Action<Socket> onAccepted, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                onAccepted(await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                // The peer is gone again, or the process is out of file handles: neither is a reason to stop listening.
                Log.AcceptFailed(_logger, Address, error);
                await Task.Delay(PauseAfterFailure, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
