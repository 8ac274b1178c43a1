using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using NSec.Cryptography;
using Orleans.Replication.Libp2p.Security;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>Secures connections with Noise XX under this peer's identity (<c>/noise</c>).</summary>
internal sealed class NoiseTransport : ISecureTransport
{
    internal static readonly ProtocolId Protocol = new("/noise");

    /// <summary>The X25519 key of this process; any lifetime is allowed, and it never goes to disk.</summary>
    private readonly Key _static = Key.Create(KeyAgreementAlgorithm.X25519);
    private readonly byte[] _payload;
    private readonly IReadOnlyList<ProtocolId> _muxers;

    /// <param name="identity">Who this peer is.</param>
    /// <param name="muxers">The multiplexers to agree on early; none: multistream-select does it.</param>
    internal NoiseTransport(PeerIdentity identity, IReadOnlyList<ProtocolId> muxers)
    {
        _muxers = muxers;
        _payload = NoisePayload.Create(identity, _static.PublicKey.Export(KeyBlobFormat.RawPublicKey), muxers);
    }

    /// <inheritdoc/>
    public ProtocolId Id => Protocol;

    /// <summary>As the interface says; the remote identity is checked before this side shows its own.</summary>
    /// <inheritdoc/>
    public async ValueTask<SecureConnection> SecureOutboundAsync(IDuplexPipe raw, PeerId? expected, CancellationToken cancellationToken)
    {
        using var handshake = NewHandshake(initiator: true);
        await WriteFrameAsync(raw.Output, handshake.WriteMessage([]), cancellationToken).ConfigureAwait(false);
        var remote = await ReadIdentityAsync(raw.Input, handshake, cancellationToken).ConfigureAwait(false);
        if (expected is { } peer && peer != remote.IdentityKey.PeerId)
            throw new PeerIdMismatchException(peer, remote.IdentityKey.PeerId);

        var muxer = EarlyMuxer.Choose(_muxers, remote.Muxers);
        await WriteFrameAsync(raw.Output, handshake.WriteMessage(_payload), cancellationToken).ConfigureAwait(false);
        return NewConnection(raw, handshake, remote.IdentityKey, muxer);
    }

    /// <inheritdoc/>
    public async ValueTask<SecureConnection> SecureInboundAsync(IDuplexPipe raw, CancellationToken cancellationToken)
    {
        using var handshake = NewHandshake(initiator: false);
        await ReadMessageAsync(raw.Input, handshake, cancellationToken).ConfigureAwait(false); // No payload is defined for it.
        await WriteFrameAsync(raw.Output, handshake.WriteMessage(_payload), cancellationToken).ConfigureAwait(false);
        var remote = await ReadIdentityAsync(raw.Input, handshake, cancellationToken).ConfigureAwait(false);
        return NewConnection(raw, handshake, remote.IdentityKey, EarlyMuxer.Choose(remote.Muxers, _muxers));
    }

    public void Dispose() => _static.Dispose();

    private static NoiseConnection NewConnection(IDuplexPipe raw, NoiseXxHandshake handshake, PublicKey remote, ProtocolId? muxer)
    {
        var (send, receive) = handshake.Split();
        return new NoiseConnection(raw, send, receive, remote, muxer);
    }

    private NoiseXxHandshake NewHandshake(bool initiator) => new(initiator, _static, Key.Create(KeyAgreementAlgorithm.X25519), []);

    private static async ValueTask<NoisePayload> ReadIdentityAsync(PipeReader input, NoiseXxHandshake handshake, CancellationToken cancellationToken)
    {
        var payload = await ReadMessageAsync(input, handshake, cancellationToken).ConfigureAwait(false);
        return NoisePayload.Verify(payload, handshake.RemoteStatic.Span);
    }

    private static async ValueTask<byte[]> ReadMessageAsync(PipeReader input, NoiseXxHandshake handshake, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await ReadAsync(input, cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var complete = NoiseFrame.TryRead(ref buffer, out var frame);
            var message = complete ? frame.ToArray() : null;
            input.AdvanceTo(buffer.Start, complete ? buffer.Start : buffer.End);
            if (message is not null)
                return handshake.ReadMessage(message);
            if (result.IsCompleted)
                throw new HandshakeFailedException("The other side closed the connection during the Noise handshake.");
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionResetException error)
        {
            throw new HandshakeFailedException("The other side closed the connection during the Noise handshake.", error);
        }
    }

    private static async ValueTask WriteFrameAsync(PipeWriter output, byte[] message, CancellationToken cancellationToken)
    {
        var span = output.GetSpan(NoiseFrame.HeaderBytes + message.Length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)message.Length);
        message.CopyTo(span[NoiseFrame.HeaderBytes..]);
        output.Advance(NoiseFrame.HeaderBytes + message.Length);
        try
        {
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionResetException error)
        {
            throw new HandshakeFailedException("The other side closed the connection during the Noise handshake.", error);
        }
    }
}
