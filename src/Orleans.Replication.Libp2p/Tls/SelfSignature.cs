using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NSec.Cryptography;
using NSecPublicKey = NSec.Cryptography.PublicKey;

namespace Orleans.Replication.Libp2p.Tls;

/// <summary>
/// Checks that a certificate was signed with its own key. A chain engine does not: a root that it is told to trust needs no valid signature.
/// </summary>
internal static class SelfSignature
{
    /// <summary>The same bounds as for identity keys: verifying with a huge modulus costs seconds.</summary>
    private const int MinRsaKeyBits = 2_048;
    private const int MaxRsaKeyBits = 8_192;

    /// <summary>False as well for an algorithm that is not among those libp2p peers use.</summary>
    internal static bool IsValid(X509Certificate2 certificate, in CertificateParts parts) => parts.Algorithm switch
    {
        "1.2.840.10045.4.3.2" => VerifyEcdsa(certificate, parts, HashAlgorithmName.SHA256),
        "1.2.840.10045.4.3.3" => VerifyEcdsa(certificate, parts, HashAlgorithmName.SHA384),
        "1.2.840.10045.4.3.4" => VerifyEcdsa(certificate, parts, HashAlgorithmName.SHA512),
        "1.2.840.113549.1.1.11" => VerifyRsa(certificate, parts, HashAlgorithmName.SHA256),
        "1.2.840.113549.1.1.12" => VerifyRsa(certificate, parts, HashAlgorithmName.SHA384),
        "1.2.840.113549.1.1.13" => VerifyRsa(certificate, parts, HashAlgorithmName.SHA512),
        "1.3.101.112" => VerifyEd25519(certificate, parts),
        _ => false,
    };

    private static bool VerifyEcdsa(X509Certificate2 certificate, in CertificateParts parts, HashAlgorithmName hash)
    {
        using var key = certificate.GetECDsaPublicKey();
        return key?.VerifyData(parts.Signed.Span, parts.Signature.Span, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }

    private static bool VerifyRsa(X509Certificate2 certificate, in CertificateParts parts, HashAlgorithmName hash)
    {
        using var key = certificate.GetRSAPublicKey();
        return key?.KeySize is >= MinRsaKeyBits and <= MaxRsaKeyBits
            && key.VerifyData(parts.Signed.Span, parts.Signature.Span, hash, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEd25519(X509Certificate2 certificate, in CertificateParts parts) =>
        certificate.GetKeyAlgorithm() == parts.Algorithm
        && NSecPublicKey.TryImport(SignatureAlgorithm.Ed25519, certificate.PublicKey.EncodedKeyValue.RawData, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, parts.Signed.Span, parts.Signature.Span);
}
