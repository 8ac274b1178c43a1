using System.Security.Cryptography;
using NSec.Cryptography;
using NSecPublicKey = NSec.Cryptography.PublicKey;

namespace Orleans.Replication.Libp2p.Identity;

/// <summary>Checks signatures by the four kinds of libp2p keys. Whatever is malformed is simply not a signature.</summary>
internal static class SignatureVerifier
{
    /// <summary>Verifying with a huge RSA modulus costs seconds; go-libp2p draws the same line.</summary>
    private const int MaxRsaKeyBits = 8_192;
    private const int MinRsaKeyBits = 2_048;

    internal static bool Verify(KeyType type, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            return type switch
            {
                KeyType.Ed25519 => VerifyEd25519(key, data, signature),
                KeyType.Rsa => VerifyRsa(key, data, signature),
                KeyType.Ecdsa => VerifyEcdsa(key, data, signature),
                KeyType.Secp256k1 => VerifySecp256k1(key, data, signature),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool VerifyEd25519(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        NSecPublicKey.TryImport(SignatureAlgorithm.Ed25519, key, KeyBlobFormat.RawPublicKey, out var imported)
        && SignatureAlgorithm.Ed25519.Verify(imported!, data, signature);

    private static bool VerifyRsa(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key, out var read);
        return read == key.Length
            && rsa.KeySize is >= MinRsaKeyBits and <= MaxRsaKeyBits
            && rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEcdsa(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key, out var read);
        return read == key.Length && ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifySecp256k1(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!Secp256k1Point.TryDecompress(key, out var point))
            return false;

        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromValue("1.3.132.0.10"), Q = point });
        return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
