using System.Security.Cryptography;
using CsCheck;
using Google.Protobuf;
using Orleans.Replication.Libp2p.Identity;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Identity;

public sealed class KeyTests
{
    private static readonly byte[] Data = "what is signed"u8.ToArray();

    [Fact]
    public void The_private_key_vector_of_js_libp2p_is_reproduced()
    {
        Assert.True(PeerIdentity.TryParse(VectorFile.JsLibp2p.Hex("privateKeyProtobuf"), out var identity));
        using (identity)
        {
            Assert.Equal(VectorFile.JsLibp2p.Hex("publicKeyProtobuf"), identity.PublicKey.Protobuf.ToArray());
            Assert.Equal(VectorFile.JsLibp2p.Hex("privateKeyProtobuf"), identity.ToProtobuf());
        }

        using var fromSeed = PeerIdentity.FromSeed(VectorFile.JsLibp2p.Hex("seed"));
        Assert.Equal(identity.PeerId, fromSeed.PeerId);
    }

    [Fact]
    public void The_old_private_key_form_is_read_when_its_two_public_keys_agree()
    {
        using var identity = PeerIdentity.Generate();
        var data = KeyMessage.Parser.ParseFrom(identity.ToProtobuf()).Data.ToByteArray();
        byte[] OldForm(byte[] second) => new KeyMessage { Type = 1, Data = ByteString.CopyFrom([.. data, .. second]) }.ToByteArray();

        Assert.True(PeerIdentity.TryParse(OldForm(data[32..]), out var read));
        Assert.Equal(identity.PeerId, read.PeerId);
        read.Dispose();
        Assert.False(PeerIdentity.TryParse(OldForm(new byte[32]), out _));
    }

    [Fact]
    public void A_private_key_whose_halves_disagree_is_refused()
    {
        var bytes = VectorFile.JsLibp2p.Hex("privateKeyProtobuf");
        bytes[^1] ^= 1;

        Assert.False(PeerIdentity.TryParse(bytes, out _));
    }

    [Fact]
    public void A_signature_verifies_for_its_data_and_key_only()
    {
        using var identity = PeerIdentity.Generate();
        using var other = PeerIdentity.Generate();
        var signature = identity.Sign(Data);

        Assert.True(identity.PublicKey.Verify(Data, signature));
        Assert.False(identity.PublicKey.Verify([.. Data, 0], signature));
        Assert.False(other.PublicKey.Verify(Data, signature));
        Assert.False(identity.PublicKey.Verify(Data, []));
    }

    [Fact]
    public void Signatures_by_ECDSA_keys_verify()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = ecdsa.SignData(Data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        AssertVerifies(KeyType.Ecdsa, ecdsa.ExportSubjectPublicKeyInfo(), signature);
    }

    [Fact]
    public void Signatures_by_RSA_keys_verify_and_short_keys_do_not()
    {
        using var rsa = RSA.Create(2048);
        AssertVerifies(KeyType.Rsa, rsa.ExportSubjectPublicKeyInfo(), rsa.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        using var small = RSA.Create(1024);
        var key = Key(KeyType.Rsa, small.ExportSubjectPublicKeyInfo());
        Assert.False(key.Verify(Data, small.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public void Signatures_by_secp256k1_keys_verify()
    {
        for (var i = 0; i < 8; i++) // Both signs of the second coordinate.
        {
            using var ecdsa = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
            var point = ecdsa.ExportParameters(false).Q;
            byte[] compressed = [(byte)(2 + (point.Y![^1] & 1)), .. point.X!];
            AssertVerifies(KeyType.Secp256k1, compressed, ecdsa.SignData(Data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    [Theory] // libp2p specs, peer-ids.md, "Test vectors": public keys.
    [InlineData(KeyType.Ecdsa, "08031259301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62")]
    [InlineData(KeyType.Secp256k1, "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99")]
    [InlineData(KeyType.Ed25519, "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e")]
    public void The_public_key_vectors_of_the_specs_are_read_and_written(KeyType type, string hex)
    {
        Assert.True(PublicKey.TryParse(Convert.FromHexString(hex), out var key));

        Assert.Equal(type, key.Type);
        Assert.Equal(hex, Convert.ToHexStringLower(key.Protobuf.Span));
    }

    [Fact]
    public void Any_bytes_are_a_public_key_or_refused() =>
        Gen.OneOf(Bytes.Any, Bytes.Near(VectorFile.JsLibp2p.Hex("publicKeyProtobuf"), Key(KeyType.Secp256k1, new byte[33]).Protobuf.ToArray())).Sample(bytes =>
        {
            if (!PublicKey.TryParse(bytes, out var key))
                return;
            Assert.True(PublicKey.TryParse(key.Protobuf.Span, out var again));
            Assert.Equal(key, again);
            Assert.False(key.Verify(bytes, bytes));
        });

    [Fact]
    public void Any_bytes_are_a_private_key_or_refused() =>
        Gen.OneOf(Bytes.Any, Bytes.Near(VectorFile.JsLibp2p.Hex("privateKeyProtobuf"))).Sample(bytes =>
        {
            if (PeerIdentity.TryParse(bytes, out var identity))
                identity.Dispose();
        });

    [Fact]
    public void Any_key_of_any_kind_and_any_signature_give_an_answer() =>
        Gen.Select(Gen.OneOf(Enum.GetValues<KeyType>()), Bytes.Any, Bytes.Any)
            .Sample((type, key, signature) => Assert.False(SignatureVerifier.Verify(type, key, Data, signature)));

    private static void AssertVerifies(KeyType type, byte[] key, byte[] signature)
    {
        Assert.True(Key(type, key).Verify(Data, signature));
        Assert.False(Key(type, key).Verify([.. Data, 0], signature));
        signature[^1] ^= 1;
        Assert.False(Key(type, key).Verify(Data, signature));
    }

    private static PublicKey Key(KeyType type, byte[] data) =>
        PublicKey.TryParse(new KeyMessage { Type = (int)type, Data = ByteString.CopyFrom(data) }.ToByteArray(), out var key)
            ? key
            : throw new ArgumentException("No key.");
}
