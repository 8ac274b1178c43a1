using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using NSec.Cryptography;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>Secures connections with Noise XX under this peer's identity (<c>/noise</c>). One per host; safe for concurrent use.</summary>
internal sealed class NoiseTransport : IDisposable
{
    internal static readonly ProtocolId Protocol = new("/noise");

    /// <summary>The X25519 key of this process; any lifetime is allowed, and it never goes to disk.</summary>
    private readonly Key _static = Key.Create(KeyAgreementAlgorithm.X25519);
    private readonly byte[] _payload;

    internal NoiseTransport(PeerIdentity identity) => _payload = NoisePayload.Create(identity, _static.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    /// <summary>Secures a connection that this side dialled. The remote identity is checked before this side shows its own.</summary>
    /// <param name="raw">The connection; the result reads and writes through it.</param>
    /// <param name="expected">The peer that was dialled, where it is known.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use then.</param>
    /// <exception cref="PeerIdMismatchException">Another peer answered.</exception>
    /// <exception cref="HandshakeFailedException">The handshake failed.</exception>
    internal async ValueTask<NoiseConnection> SecureOutboundAsync(IDuplexPipe raw, PeerId? expected, CancellationToken cancellationToken)
    {
        using var handshake = NewHandshake(initiator: true);
        await WriteFrameAsync(raw.Output, handshake.WriteMessage([]), cancellationToken).ConfigureAwait(false);
        var remote = await ReadIdentityAsync(raw.Input, handshake, cancellationToken).ConfigureAwait(false);
        if (expected is { } peer && peer != remote.PeerId)
            throw new PeerIdMismatchException(peer, remote.PeerId);

        await WriteFrameAsync(raw.Output, handshake.WriteMessage(_payload), cancellationToken).ConfigureAwait(false);
        return NewConnection(raw, handshake, remote);
    }

    /// <summary>Secures a connection that the other side dialled.</summary>
    /// <param name="raw">The connection; the result reads and writes through it.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use then.</param>
    /// <exception cref="HandshakeFailedException">The handshake failed.</exception>
    internal async ValueTask<NoiseConnection> SecureInboundAsync(IDuplexPipe raw, CancellationToken cancellationToken)
    {
        using var handshake = NewHandshake(initiator: false);
        await ReadMessageAsync(raw.Input, handshake, cancellationToken).ConfigureAwait(false); // No payload is defined for it.
        await WriteFrameAsync(raw.Output, handshake.WriteMessage(_payload), cancellationToken).ConfigureAwait(false);
        var remote = await ReadIdentityAsync(raw.Input, handshake, cancellationToken).ConfigureAwait(false);
        return NewConnection(raw, handshake, remote);
    }

    public void Dispose() => _static.Dispose();

    private static NoiseConnection NewConnection(IDuplexPipe raw, NoiseXxHandshake handshake, PublicKey remote)
    {
        var (send, receive) = handshake.Split();
        return new NoiseConnection(raw, send, receive, remote);
    }

    private NoiseXxHandshake NewHandshake(bool initiator) => new(initiator, _static, Key.Create(KeyAgreementAlgorithm.X25519), []);

    private static async ValueTask<PublicKey> ReadIdentityAsync(PipeReader input, NoiseXxHandshake handshake, CancellationToken cancellationToken)
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
