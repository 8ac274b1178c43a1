using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Noise;
using Orleans.Replication.Libp2p.Transport;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Makes a <see cref="Libp2pConnection"/> of a TCP socket: agrees on Noise, secures, admits the proven peer, agrees on Yamux. A peer that is not
/// admitted is cut off before any protocol is spoken with it.
/// </summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="noise">The security transport.</param>
/// <param name="admit">Throws when the proven peer may not connect.</param>
internal sealed class Upgrader(SwarmContext swarm, NoiseTransport noise, Action<PeerId, ConnectionDirection> admit)
{
    private static readonly ProtocolId Yamux = new("/yamux/1.0.0");

    private readonly YamuxOptions _yamux = LimitedBy(swarm.Options);

    /// <summary>Takes the socket over; whatever happens, the caller need not close it.</summary>
    /// <exception cref="HandshakeFailedException">It failed, or took longer than <see cref="Libp2pOptions.HandshakeTimeout"/>.</exception>
    internal async Task<Libp2pConnection> UpgradeAsync(
        Socket socket, PeerId? expected, ConnectionDirection direction, CancellationToken cancellationToken)
    {
        var started = swarm.Time.GetTimestamp();
        var transport = new SocketConnection(socket);
        using var timeout = new CancellationTokenSource(swarm.Options.HandshakeTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var remote = socket.RemoteEndPoint!;
            var connection = await UpgradeAsync(transport, remote, expected, direction, linked.Token).ConfigureAwait(false);
            swarm.Metrics.HandshakeEnded(swarm.Time.GetElapsedTime(started), direction);
            return connection;
        }
        catch (Exception error)
        {
            transport.Dispose();
            swarm.Metrics.HandshakeFailed(direction);
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new HandshakeFailedException($"The connection was not secured within {swarm.Options.HandshakeTimeout}.", error);
            if (error is SocketException or UnsupportedProtocolException or NegotiationFailedException or ConnectionResetException)
                throw new HandshakeFailedException($"The connection was not secured: {error.Message}", error);
            throw;
        }
    }

    private async Task<Libp2pConnection> UpgradeAsync(
        SocketConnection transport, EndPoint remote, PeerId? expected, ConnectionDirection direction, CancellationToken cancellationToken)
    {
        var dialled = direction == ConnectionDirection.Outbound;
        await AgreeAsync(transport, NoiseTransport.Protocol, dialled, cancellationToken).ConfigureAwait(false);
        var secured = dialled
            ? await noise.SecureOutboundAsync(transport, expected, cancellationToken).ConfigureAwait(false)
            : await noise.SecureInboundAsync(transport, cancellationToken).ConfigureAwait(false);
        try
        {
            admit(secured.RemotePublicKey.PeerId, direction);
            await AgreeAsync(secured, Yamux, dialled, cancellationToken).ConfigureAwait(false);
            var session = new YamuxSession(secured, dialled, _yamux, swarm.YamuxLogger, swarm.Time);
            return new Libp2pConnection(transport, secured, session, remote, direction, swarm);
        }
        catch
        {
            secured.Dispose();
            throw;
        }
    }

    private static async ValueTask AgreeAsync(IDuplexPipe pipe, ProtocolId protocol, bool initiator, CancellationToken cancellationToken)
    {
        if (initiator)
            await MultistreamSelect.ProposeAsync(pipe, [protocol], cancellationToken).ConfigureAwait(false);
        else
            await MultistreamSelect.AnswerAsync(pipe, proposal => proposal == protocol, cancellationToken).ConfigureAwait(false);
    }

    private static YamuxOptions LimitedBy(Libp2pOptions options)
    {
        var (limits, yamux) = (options.Limits, options.Yamux);
        yamux.MaxInboundStreams = limits.MaxInboundStreamsPerConnection;
        yamux.MaxConnectionWindowBytes = limits.MaxBufferedBytesPerConnection - ((long)limits.MaxInboundStreamsPerConnection * yamux.WindowBytes);
        return yamux;
    }
}
