using CsCheck;
using NSec.Cryptography;
using Orleans.Replication.Libp2p.Noise;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Noise;

public sealed class NoiseHandshakeTests
{
    [Fact]
    public void The_XX_vector_of_cacophony_is_reproduced_byte_for_byte()
    {
        var vector = VectorFile.Cacophony;
        using var initiatorStatic = X25519(vector.Hex("init_static"));
        using var responderStatic = X25519(vector.Hex("resp_static"));
        using var initiator = new NoiseXxHandshake(true, initiatorStatic, X25519(vector.Hex("init_ephemeral")), vector.Hex("init_prologue"));
        using var responder = new NoiseXxHandshake(false, responderStatic, X25519(vector.Hex("resp_ephemeral")), vector.Hex("resp_prologue"));
        var messages = vector.GetProperty("messages").EnumerateArray().ToArray();

        for (var i = 0; i < 3; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (initiator, responder) : (responder, initiator);
            var written = writer.WriteMessage(messages[i].Hex("payload"));
            Assert.Equal(messages[i].Hex("ciphertext"), written);
            Assert.Equal(messages[i].Hex("payload"), reader.ReadMessage(written));
        }

        Assert.Equal(vector.Hex("handshake_hash"), initiator.HandshakeHash.ToArray());
        Assert.Equal(vector.Hex("handshake_hash"), responder.HandshakeHash.ToArray());
        var (initiatorSend, initiatorReceive) = initiator.Split();
        var (responderSend, responderReceive) = responder.Split();
        for (var i = 3; i < messages.Length; i++)
        {
            var (send, receive) = i % 2 == 1 ? (responderSend, initiatorReceive) : (initiatorSend, responderReceive);
            AssertTransport(send, receive, messages[i].Hex("payload"), messages[i].Hex("ciphertext"));
        }
    }

    [Fact]
    public void The_signature_vector_of_js_libp2p_is_reproduced()
    {
        using var identity = PeerIdentity.FromSeed(VectorFile.JsLibp2p.Hex("seed"));
        var staticKey = Enumerable.Repeat((byte)7, 32).ToArray(); // The key that js signed.

        Assert.Equal(VectorFile.JsLibp2p.Hex("noisePayloadSignature"), identity.Sign(NoisePayload.SignedBytes(staticKey)));
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_a_message_is_noticed()
    {
        for (var position = 0; position < 200; position += 7)
        {
            using var initiatorStatic = Key.Create(KeyAgreementAlgorithm.X25519);
            using var responderStatic = Key.Create(KeyAgreementAlgorithm.X25519);
            using var initiator = New(true, initiatorStatic);
            using var responder = New(false, responderStatic);
            responder.ReadMessage(initiator.WriteMessage([]));
            var second = responder.WriteMessage(new byte[104]);
            second[position] ^= 1;
            Assert.Throws<HandshakeFailedException>(() => initiator.ReadMessage(second));
        }
    }

    [Fact]
    public void A_key_of_low_order_is_refused()
    {
        using var key = Key.Create(KeyAgreementAlgorithm.X25519);
        using var responder = New(false, key);
        Assert.Throws<HandshakeFailedException>(() =>
        {
            responder.ReadMessage(new byte[32]); // The all-zero key forces an all-zero secret.
            responder.WriteMessage([]);
        });
    }

    [Fact]
    public void Any_bytes_as_any_message_are_read_or_a_typed_error()
    {
        using var key = Key.Create(KeyAgreementAlgorithm.X25519);
        Gen.OneOf(Bytes.Any, Gen.Byte.Array[96, 200]).Sample(
            bytes =>
            {
                using var responder = New(false, key);
                using var initiator = New(true, key);
                initiator.WriteMessage([]);
                Assert.All(
                    new[] { Record.Exception(() => responder.ReadMessage(bytes)), Record.Exception(() => initiator.ReadMessage(bytes)) },
                    error => Assert.True(error is null or HandshakeFailedException, error?.ToString()));
            },
            iter: 500);
    }

    [Fact]
    public void Any_bytes_as_a_payload_are_a_typed_error()
    {
        using var identity = PeerIdentity.Generate();
        var staticKey = new byte[32];
        var valid = NoisePayload.Create(identity, staticKey, []);
        Assert.Equal(identity.PublicKey, NoisePayload.Verify(valid, staticKey).IdentityKey);

        Gen.OneOf(Bytes.Any, Bytes.Near(valid)).Sample(bytes =>
        {
            try
            {
                Assert.Equal(identity.PublicKey, NoisePayload.Verify(bytes, staticKey).IdentityKey); // Only what the key signed passes.
            }
            catch (HandshakeFailedException)
            {
                // The typed error.
            }
        });
    }

    [Fact]
    public void The_multiplexers_in_a_payload_are_read_and_what_is_unknown_is_skipped()
    {
        using var identity = PeerIdentity.Generate();
        // Field 4 (extensions) with stream_muxers = ["/yamux/1.0.0"], as go and js send it; field 3 (early data, obsolete); field 99.
        byte[] extensions = [0x22, 0x0e, 0x12, 0x0c, .. "/yamux/1.0.0"u8, 0x1a, 0x02, 1, 2, 0x9a, 0x06, 0x01, 0];

        var payload = NoisePayload.Verify([.. NoisePayload.Create(identity, new byte[32], []), .. extensions], new byte[32]);

        Assert.Equal(identity.PublicKey, payload.IdentityKey);
        Assert.Equal([new ProtocolId("/yamux/1.0.0")], payload.Muxers);
    }

    [Fact]
    public void The_multiplexers_of_a_payload_are_written_as_go_and_js_write_them()
    {
        using var identity = PeerIdentity.Generate();
        byte[] extensions = [0x22, 0x0e, 0x12, 0x0c, .. "/yamux/1.0.0"u8];

        Assert.Equal(
            [.. NoisePayload.Create(identity, new byte[32], []), .. extensions],
            NoisePayload.Create(identity, new byte[32], [new ProtocolId("/yamux/1.0.0")]));
    }

    [Fact]
    public void A_payload_signed_for_another_static_key_is_refused()
    {
        using var identity = PeerIdentity.Generate();

        var payload = NoisePayload.Create(identity, new byte[32], []);
        Assert.Throws<HandshakeFailedException>(() => NoisePayload.Verify(payload, Enumerable.Repeat((byte)1, 32).ToArray()));
    }

    private static void AssertTransport(NoiseCipherState send, NoiseCipherState receive, byte[] payload, byte[] ciphertext)
    {
        var written = new byte[payload.Length + NoiseCipherState.TagBytes];
        send.Encrypt([], payload, written);
        Assert.Equal(ciphertext, written);
        var read = new byte[payload.Length];
        receive.Decrypt([], written, read);
        Assert.Equal(payload, read);
    }

    private static NoiseXxHandshake New(bool initiator, Key staticKey) => new(initiator, staticKey, Key.Create(KeyAgreementAlgorithm.X25519), []);

    private static Key X25519(byte[] privateKey) => Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey);
}
