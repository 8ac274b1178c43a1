using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>
/// A TCP link that misbehaves on demand: it listens, connects to the real listener for every connection it accepts, and passes bytes on in both directions,
/// each with faults of its own.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly ConcurrentBag<Task> _links = [];
    private readonly IPEndPoint _target;
    private readonly Task _accepting;

    private FaultProxy(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where to dial instead of the real listener.</summary>
    internal Multiaddr Address => Multiaddr.FromTcp((IPEndPoint)_listener.LocalEndpoint);

    /// <summary>What happens to what the dialler sends.</summary>
    internal FaultyDirection Forth { get; } = new();

    /// <summary>What happens to what the listener sends.</summary>
    internal FaultyDirection Back { get; } = new();

    internal static FaultProxy Start(Multiaddr target)
    {
        Assert.True(target.TryGetTcpEndPoint(out var endPoint));
        return new FaultProxy((IPEndPoint)endPoint);
    }

    /// <summary>Cuts every connection as a crashed machine's neighbour would: with a reset.</summary>
    internal void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
            }
            catch (ObjectDisposedException)
            {
                // The connection has just ended by itself.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        foreach (var socket in _sockets.Keys)
            socket.Dispose();
        await _accepting.InTimeAsync("the proxy no longer accepts");
        await Task.WhenAll(_links).InTimeAsync("the proxy's links end");
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _links.Add(LinkAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task LinkAsync(Socket dialler)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        dialler.NoDelay = true;
        _sockets[dialler] = _sockets[listener] = true;
        try
        {
            await listener.ConnectAsync(_target, _stopping.Token);
            await Task.WhenAll(Forth.PumpAsync(dialler, listener, _stopping.Token), Back.PumpAsync(listener, dialler, _stopping.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone.
        }
        finally
        {
            foreach (var socket in (Socket[])[dialler, listener])
            {
                _sockets.TryRemove(socket, out _);
                socket.Dispose();
            }
        }
    }
}
