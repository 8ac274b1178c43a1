using System.Buffers;
using Google.Protobuf;
using Orleans.Replication.Libp2p.Swarm;

namespace Orleans.Replication.Libp2p.Identify;

/// <summary>
/// Identify and identify push (libp2p specs, identify/README.md): one message in which a peer describes itself, asked for or sent unasked.
/// </summary>
internal sealed class IdentifyService(Libp2pHost host, SwarmContext swarm)
{
    internal static readonly ProtocolId Protocol = new("/ipfs/id/1.0.0");
    internal static readonly ProtocolId PushProtocol = new("/ipfs/id/push/1.0.0");

    private const string ProtocolVersion = "orleans-replication/1.0.0";

    /// <summary>go opens one, js one; nobody needs more.</summary>
    private const int MaxStreamsPerConnection = 2;

    internal void Register()
    {
        var options = new StreamHandlerOptions { MaxStreamsPerConnection = MaxStreamsPerConnection };
        host.SetStreamHandler(Protocol, AnswerAsync, options);
        host.SetStreamHandler(PushProtocol, TakePushAsync, options);
    }

    internal async ValueTask<PeerInformation> RequestAsync(PeerId peer, CancellationToken cancellationToken)
    {
        var stream = await host.NewStreamAsync(peer, Protocol, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var message = await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
            var information = IdentifyCodec.Apply(message, stream.Connection.RemotePublicKey, known: null);
            stream.Connection.RemoteInformation = information;
            return information;
        }
    }

    private async Task AnswerAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        var message = new IdentifyMessage
        {
            PublicKey = ByteString.CopyFrom(host.PublicKey.Protobuf.Span),
            ProtocolVersion = ProtocolVersion,
            AgentVersion = host.Options.AgentVersion,
            ObservedAddr = ByteString.CopyFrom(stream.Connection.RemoteAddress.Bytes.Span),
        };
        var addresses = host.Options.AnnounceAddresses.Count > 0 ? host.Options.AnnounceAddresses : (IEnumerable<Multiaddr>)host.ListenAddresses;
        message.ListenAddrs.AddRange(addresses.Select(address => ByteString.CopyFrom(address.Bytes.Span)));
        message.Protocols.AddRange(swarm.Handlers.ServedTo(stream.RemotePeer).Select(protocol => protocol.Value));
        IdentifyCodec.Write(stream.Output, message);
        await stream.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        await stream.CloseWriteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TakePushAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        var message = await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        var connection = stream.Connection;
        connection.RemoteInformation = IdentifyCodec.Apply(message, connection.RemotePublicKey, connection.RemoteInformation);
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
