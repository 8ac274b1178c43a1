using Google.Protobuf;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>
/// What libp2p puts into the second and third Noise message: the identity key, and its signature of the sender's static key. Whoever holds the
/// channel's static key thereby proves to be the peer (libp2p specs, noise/README.md).
/// </summary>
internal static class NoisePayload
{
    private static readonly MessageParser<NoiseHandshakePayloadMessage> Parser = NoiseHandshakePayloadMessage.Parser.WithDiscardUnknownFields(true);

    /// <summary>What is signed: a fixed prefix, so that the signature means nothing elsewhere, and the X25519 key.</summary>
    internal static byte[] SignedBytes(ReadOnlySpan<byte> staticKey) => [.. "noise-libp2p-static-key:"u8, .. staticKey];

    internal static byte[] Create(PeerIdentity identity, ReadOnlySpan<byte> staticKey) => new NoiseHandshakePayloadMessage
    {
        IdentityKey = ByteString.CopyFrom(identity.PublicKey.Protobuf.Span),
        IdentitySig = ByteString.CopyFrom(identity.Sign(SignedBytes(staticKey))),
    }.ToByteArray();

    /// <summary>Reads and checks a payload. Extensions, the early choice of a muxer among them, are skipped: multistream-select follows.</summary>
    /// <exception cref="HandshakeFailedException">The payload is malformed, or its signature is not by the key it names.</exception>
    internal static PublicKey Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> remoteStaticKey)
    {
        NoiseHandshakePayloadMessage message;
        try
        {
            message = Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new HandshakeFailedException("The Noise handshake payload is malformed.", error);
        }

        if (!PublicKey.TryParse(message.IdentityKey.Span, out var key))
            throw new HandshakeFailedException("The Noise handshake payload holds no identity key of a known kind.");
        return key.Verify(SignedBytes(remoteStaticKey), message.IdentitySig.Span)
            ? key
            : throw new HandshakeFailedException($"The other side claims to be {key.PeerId}, but the signature of its Noise key is wrong.");
    }
}
