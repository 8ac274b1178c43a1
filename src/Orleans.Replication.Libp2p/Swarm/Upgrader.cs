using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Transport;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Makes a <see cref="Libp2pConnection"/> of a TCP socket: agrees on how to secure it, secures, admits the proven peer, agrees on Yamux. A peer that is
/// not admitted is cut off before any protocol is spoken with it.
/// </summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="security">How to secure, in order of preference.</param>
/// <param name="admit">Throws when the proven peer at this address may not connect.</param>
internal sealed class Upgrader(
    SwarmContext swarm, IReadOnlyList<ISecureTransport> security, Action<PeerId, ConnectionDirection, Multiaddr> admit)
{
    internal static readonly ProtocolId Yamux = new("/yamux/1.0.0");

    private readonly ProtocolId[] _securityIds = [.. security.Select(transport => transport.Id)];
    private readonly YamuxOptions _yamux = LimitedBy(swarm.Options);

    /// <summary>Takes the socket over; whatever happens, the caller need not close it.</summary>
    /// <exception cref="HandshakeFailedException">It failed, or took longer than <see cref="Libp2pOptions.HandshakeTimeout"/>.</exception>
    internal async Task<Libp2pConnection> UpgradeAsync(
        Socket socket, PeerId? expected, ConnectionDirection direction, CancellationToken cancellationToken)
    {
        var started = swarm.Time.GetTimestamp();
        var transport = new SocketConnection(socket, swarm.Metrics.Transferred);
        using var activity = Activities.StartUpgrade(direction);
        using var timeout = new CancellationTokenSource(swarm.Options.HandshakeTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var remote = socket.RemoteEndPoint!;
            var connection = await UpgradeAsync(transport, remote, expected, direction, linked.Token).ConfigureAwait(false);
            if (direction == ConnectionDirection.Outbound)
                await connection.ConfirmAsync(linked.Token).ConfigureAwait(false);
            swarm.Metrics.HandshakeEnded(swarm.Time.GetElapsedTime(started), connection);
            activity?.SetTag("libp2p.peer", connection.RemotePeer.ToString()).SetTag("libp2p.security", connection.Security.Value);
            return connection;
        }
        catch (Exception error)
        {
            transport.Dispose();
            swarm.Metrics.HandshakeFailed(direction, error);
            activity.Fail(error);
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new HandshakeFailedException($"The connection was not secured within {swarm.Options.HandshakeTimeout}.", error);
            if (error is ConnectionResetException { InnerException: YamuxGoAwayException goAway } && expected is { } refusing)
                throw new PeerRefusedException(refusing, (uint)goAway.Code, error);
            if (error is SocketException or UnsupportedProtocolException or NegotiationFailedException or ConnectionResetException)
                throw new HandshakeFailedException($"The connection was not secured: {error.Message}", error);
            throw;
        }
    }

    private async Task<Libp2pConnection> UpgradeAsync(
        SocketConnection transport, EndPoint remote, PeerId? expected, ConnectionDirection direction, CancellationToken cancellationToken)
    {
        var dialled = direction == ConnectionDirection.Outbound;
        var agreed = await AgreeAsync(transport, _securityIds, dialled, cancellationToken).ConfigureAwait(false);
        var securing = security[Array.IndexOf(_securityIds, agreed)];
        var secured = dialled
            ? await securing.SecureOutboundAsync(transport, expected, cancellationToken).ConfigureAwait(false)
            : await securing.SecureInboundAsync(transport, cancellationToken).ConfigureAwait(false);
        try
        {
            await AdmitAsync(secured, direction, remote, cancellationToken).ConfigureAwait(false);
            if (secured.EarlyMuxer is null)
                await AgreeAsync(secured, [Yamux], dialled, cancellationToken).ConfigureAwait(false);
            var session = new YamuxSession(secured, dialled, _yamux, swarm.YamuxLogger, swarm.Time, swarm.Metrics.Yamux);
            return new Libp2pConnection(transport, secured, agreed, session, remote, direction, swarm);
        }
        catch
        {
            secured.Dispose();
            throw;
        }
    }

    /// <summary>Asks whether the peer may connect. One that may not is told why, where it is ready to be told: when the multiplexer is agreed on already.</summary>
    private async ValueTask AdmitAsync(SecureConnection secured, ConnectionDirection direction, EndPoint remote, CancellationToken cancellationToken)
    {
        try
        {
            admit(secured.RemotePublicKey.PeerId, direction, Multiaddr.FromTcp((IPEndPoint)remote));
        }
        catch (Exception refusal) when (secured.EarlyMuxer is not null && refusal is PeerNotAllowedException or ResourceLimitExceededException)
        {
            var code = refusal is PeerNotAllowedException ? YamuxErrorCode.Gated : YamuxErrorCode.ResourceLimitExceeded;
            FrameHeader.Write(secured.Output, new FrameHeader(FrameType.GoAway, FrameFlags.None, StreamId: 0, (uint)code));
            await secured.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private static ValueTask<ProtocolId> AgreeAsync(IDuplexPipe pipe, ProtocolId[] protocols, bool initiator, CancellationToken cancellationToken) =>
        initiator
            ? MultistreamSelect.ProposeAsync(pipe, protocols, cancellationToken)
            : MultistreamSelect.AnswerAsync(pipe, protocols.Contains, cancellationToken);

    private static YamuxOptions LimitedBy(Libp2pOptions options)
    {
        var (limits, yamux) = (options.Limits, options.Yamux);
        yamux.MaxInboundStreams = limits.MaxInboundStreamsPerConnection;
        yamux.MaxConnectionWindowBytes = limits.MaxBufferedBytesPerConnection - ((long)limits.MaxInboundStreamsPerConnection * yamux.WindowBytes);
        return yamux;
    }
}
