using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Swarm;

namespace Orleans.Replication.Libp2p.Identify;

/// <summary>
/// Identify and identify push (libp2p specs, identify/README.md): one message in which a peer describes itself, asked for or sent unasked.
/// </summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="description">What this host tells.</param>
/// <param name="onIdentified">Told when a peer has described itself, anew or for the first time.</param>
internal sealed class IdentifyService(SwarmContext swarm, OwnDescription description, Action<Libp2pConnection, PeerInformation> onIdentified)
{
    internal static readonly ProtocolId Protocol = new("/ipfs/id/1.0.0");
    internal static readonly ProtocolId PushProtocol = new("/ipfs/id/push/1.0.0");

    /// <summary>go opens one, js one; nobody needs more.</summary>
    private const int MaxStreamsPerConnection = 2;

    internal void Register(Libp2pHost host)
    {
        var options = new StreamHandlerOptions { MaxStreamsPerConnection = MaxStreamsPerConnection };
        host.SetStreamHandler(Protocol, AnswerAsync, options);
        host.SetStreamHandler(PushProtocol, TakePushAsync, options);
    }

    /// <summary>Asks the peer of a connection.</summary>
    internal async ValueTask<PeerInformation> RequestAsync(Libp2pConnection connection, CancellationToken cancellationToken)
    {
        var stream = await connection.OpenStreamAsync([Protocol], cancellationToken).ConfigureAwait(false);
        using (stream)
        {
            await stream.CloseWriteAsync(cancellationToken).ConfigureAwait(false); // There is nothing to say but the protocol.
            return Take(connection, await ReadAsync(stream, cancellationToken).ConfigureAwait(false), isPush: false);
        }
    }

    /// <summary>Asks the peer of a new connection; that it does not answer harms nobody.</summary>
    internal async Task RequestOnConnectAsync(Libp2pConnection connection)
    {
        try
        {
            await RequestAsync(connection, connection.Closed).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            Log.IdentifyFailed(swarm.Logger, connection.RemotePeer.ToShortString(), error);
        }
    }

    private async Task AnswerAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        IdentifyCodec.Write(stream.Output, description.For(stream.Connection));
        await stream.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        await stream.CloseWriteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TakePushAsync(Libp2pStream stream, CancellationToken cancellationToken) =>
        Take(stream.Connection, await ReadAsync(stream, cancellationToken).ConfigureAwait(false), isPush: true);

    private PeerInformation Take(Libp2pConnection connection, IdentifyMessage message, bool isPush)
    {
        var information = connection.UpdateInformation(message, isPush);
        onIdentified(connection, information);
        return information;
    }

    private async Task<IdentifyMessage> ReadAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(swarm.Options.NegotiationTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await IdentifyCodec.ReadAsync(stream.Input, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new Libp2pException($"Peer {stream.RemotePeer} did not describe itself within {swarm.Options.NegotiationTimeout}.", error);
        }
    }
}
