using Google.Protobuf;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>
/// What libp2p puts into the second and third Noise message: the identity key, and its signature of the sender's static key. Whoever holds the
/// channel's static key thereby proves to be the peer (libp2p specs, noise/README.md). The multiplexers it has come with it, encrypted.
/// </summary>
/// <param name="IdentityKey">The sender's identity key, proven.</param>
/// <param name="Muxers">The multiplexers the sender has, in its order; none when it leaves them to multistream-select.</param>
internal sealed record NoisePayload(PublicKey IdentityKey, IReadOnlyList<ProtocolId> Muxers)
{
    private static readonly MessageParser<NoiseHandshakePayloadMessage> Parser = NoiseHandshakePayloadMessage.Parser.WithDiscardUnknownFields(true);

    /// <summary>What is signed: a fixed prefix, so that the signature means nothing elsewhere, and the X25519 key.</summary>
    internal static byte[] SignedBytes(ReadOnlySpan<byte> staticKey) => [.. "noise-libp2p-static-key:"u8, .. staticKey];

    internal static byte[] Create(PeerIdentity identity, ReadOnlySpan<byte> staticKey, IReadOnlyList<ProtocolId> muxers)
    {
        var message = new NoiseHandshakePayloadMessage
        {
            IdentityKey = ByteString.CopyFrom(identity.PublicKey.Protobuf.Span),
            IdentitySig = ByteString.CopyFrom(identity.Sign(SignedBytes(staticKey))),
        };
        if (muxers.Count > 0)
            message.Extensions = new NoiseExtensionsMessage { StreamMuxers = { muxers.Select(muxer => muxer.Value) } };
        return message.ToByteArray();
    }

    /// <summary>Reads and checks a payload. Fields and multiplexers of unknown kinds are skipped.</summary>
    /// <exception cref="HandshakeFailedException">The payload is malformed, or its signature is not by the key it names.</exception>
    internal static NoisePayload Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> remoteStaticKey)
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
        if (!key.Verify(SignedBytes(remoteStaticKey), message.IdentitySig.Span))
            throw new HandshakeFailedException($"The other side claims to be {key.PeerId}, but the signature of its Noise key is wrong.");
        return new NoisePayload(key, ReadMuxers(message));
    }

    private static List<ProtocolId> ReadMuxers(NoiseHandshakePayloadMessage message)
    {
        List<ProtocolId> muxers = [];
        foreach (var text in message.Extensions?.StreamMuxers ?? [])
        {
            if (ProtocolId.TryParse(text, null, out var muxer))
                muxers.Add(muxer);
        }

        return muxers;
    }
}
