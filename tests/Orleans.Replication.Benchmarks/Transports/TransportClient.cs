using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>Opens lanes to the server: a stream on the one connection of a libp2p host, or a connection.</summary>
internal sealed class TransportClient(TransportAddresses server) : IAsyncDisposable
{
    private readonly Dictionary<TransportKind, Libp2pHost> _hosts = [];

    public async Task<ILane> OpenAsync(TransportKind transport, CancellationToken cancellationToken) => transport switch
    {
        TransportKind.Socket => new StreamLane(await ConnectAsync(server.SocketPort, cancellationToken)),
        TransportKind.SslStream => new StreamLane(await SecureAsync(await ConnectAsync(server.SslStreamPort, cancellationToken), cancellationToken)),
        _ => await OpenStreamAsync(transport, cancellationToken),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values)
            await host.DisposeAsync();
    }

    private async Task<ILane> OpenStreamAsync(TransportKind transport, CancellationToken cancellationToken)
    {
        var address = Multiaddr.Parse(server.Libp2pAddress);
        if (!_hosts.TryGetValue(transport, out var host))
        {
            var options = TransportListeners.HostOptions(listens: false);
            options.Security = [transport == TransportKind.Noise ? SecurityProtocol.Noise : SecurityProtocol.Tls];
            _hosts.Add(transport, host = new Libp2pHost(options));
            await host.StartAsync(cancellationToken);
            await host.ConnectAsync(address, cancellationToken);
        }

        var lane = new Libp2pLane(await host.NewStreamAsync(address.PeerId!.Value, TransportListeners.Protocol, cancellationToken));
        await Exchange.RoundTripAsync(lane, new byte[Exchange.MessageBytes], cancellationToken);
        return lane;
    }

    private static async Task<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task<Stream> SecureAsync(Stream below, CancellationToken cancellationToken)
    {
        var stream = new SslStream(
            below, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.GetCertHashString() == server.CertificateHash);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "benchmark", EnabledSslProtocols = SslProtocols.Tls13 }, cancellationToken);
        return stream;
    }
}
