using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>The server: serves <see cref="Exchange"/> over each transport on ports of its own on loopback.</summary>
internal sealed class TransportListeners : IAsyncDisposable
{
    public static readonly ProtocolId Protocol = new("/orleans-replication/benchmark/1.0.0");

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _socket = Listen();
    private readonly Socket _tls = Listen();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly Libp2pHost _host = new(HostOptions(listens: true));
    private Task _accepting = Task.CompletedTask;

    public TransportAddresses Addresses => new(
        Port(_socket), Port(_tls), _certificate.GetCertHashString(), _host.ListenAddresses[0].WithPeerId(_host.PeerId).ToString());

    public static async Task<TransportListeners> StartAsync(CancellationToken cancellationToken)
    {
        var listeners = new TransportListeners();
        listeners._host.SetStreamHandler(Protocol, (stream, stop) => Exchange.ServeAsync(new Libp2pLane(stream), stop));
        await listeners._host.StartAsync(cancellationToken);
        listeners._accepting = Task.WhenAll(
            listeners.AcceptAsync(listeners._socket, socket => Task.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true))),
            listeners.AcceptAsync(listeners._tls, listeners.SecureAsync));
        return listeners;
    }

    /// <summary>Limits that admit every lane of a measurement; all else is as it comes.</summary>
    public static Libp2pOptions HostOptions(bool listens)
    {
        var options = new Libp2pOptions { IdentifyOnConnect = false };
        if (listens)
            options.ListenAddresses.Add(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"));
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        _tls.Dispose();
        await _accepting;
        await _host.DisposeAsync();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener, Func<Socket, Task<Stream>> secure)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                serving.Add(ServeAsync(socket, secure));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, Task<Stream>> secure)
    {
        try
        {
            await using var lane = new StreamLane(await secure(socket));
            await Exchange.ServeAsync(lane, _stop.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client is gone, or this process ends.
        }
    }

    private async Task<Stream> SecureAsync(Socket socket)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = _certificate, EnabledSslProtocols = SslProtocols.Tls13 }, _stop.Token);
        return stream;
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=benchmark", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
