using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Replication.Libp2p.Tls;

/// <summary>
/// The certificate by which a peer proves its identity in TLS (libp2p specs, tls/tls.md): self-signed with a throw-away key, and in an extension the
/// identity key and its signature of the throw-away key.
/// </summary>
internal static class PeerCertificate
{
    internal const string ExtensionOid = "1.3.6.1.4.1.53594.1.1";

    // As wide as the specs' own certificates: a peer whose clock is wrong can still be talked to.
    private static readonly DateTimeOffset NotBefore = new(1975, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NotAfter = new(4096, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The critical extensions that are understood: those that narrow what a key or name is for, which the specs leave out of account
    /// (subject alternative name, basic constraints, key usage, extended key usage).
    /// </summary>
    private static readonly string[] UnderstoodOids = [ExtensionOid, "2.5.29.17", "2.5.29.19", "2.5.29.15", "2.5.29.37"];

    /// <summary>Makes a certificate with a new P-256 key.</summary>
    internal static X509Certificate2 Create(PeerIdentity identity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The subject must not be empty, and says nothing.
        var request = new CertificateRequest("SERIALNUMBER=1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(CreateExtension(identity, key.ExportSubjectPublicKeyInfo()));
        var certificate = request.CreateSelfSigned(NotBefore, NotAfter);
        if (!OperatingSystem.IsWindows())
            return certificate;

        // SChannel takes no key that lives in memory only.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null);
    }

    /// <summary>What the identity key signs: a fixed prefix, so that the signature means nothing elsewhere, and the certificate's key.</summary>
    internal static byte[] SignedBytes(ReadOnlySpan<byte> subjectPublicKeyInfo) => [.. "libp2p-tls-handshake:"u8, .. subjectPublicKeyInfo];

    internal static X509Extension CreateExtension(PeerIdentity identity, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(identity.PublicKey.Protobuf.Span);
            writer.WriteOctetString(identity.Sign(SignedBytes(subjectPublicKeyInfo)));
        }

        return new X509Extension(ExtensionOid, writer.Encode(), critical: false);
    }

    /// <summary>Checks everything that the specs ask for and returns the proven identity.</summary>
    /// <param name="der">The certificate as it was sent.</param>
    /// <param name="now">The time at which it has to be valid.</param>
    /// <exception cref="HandshakeFailedException">It proves nothing; the message says why.</exception>
    internal static PublicKey Verify(byte[] der, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var parts = CertificateParts.Read(der);
            RequireValidAt(now, certificate);
            var extension = FindExtension(certificate);
            if (!SelfSignature.IsValid(certificate, parts))
                throw new HandshakeFailedException("The other side's certificate is not signed with its own key.");
            return VerifyExtension(extension, parts.SubjectPublicKeyInfo.Span);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            throw new HandshakeFailedException("The other side's certificate is malformed.", error);
        }
    }

    private static void RequireValidAt(DateTimeOffset now, X509Certificate2 certificate)
    {
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (now.UtcDateTime < from || now.UtcDateTime > to)
            throw new HandshakeFailedException($"The other side's certificate is valid from {from:u} to {to:u}, not at {now:u}. Check both clocks.");
    }

    private static X509Extension FindExtension(X509Certificate2 certificate)
    {
        X509Extension? found = null;
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Critical && !UnderstoodOids.Contains(extension.Oid?.Value))
                throw new HandshakeFailedException($"The other side's certificate has a critical extension that is not understood: {extension.Oid?.Value}.");
            if (extension.Oid?.Value != ExtensionOid)
                continue;
            if (found is not null)
                throw new HandshakeFailedException("The other side's certificate names two identities.");
            found = extension;
        }

        return found ?? throw new HandshakeFailedException($"The other side's certificate names no identity: it has no extension {ExtensionOid}.");
    }

    private static PublicKey VerifyExtension(X509Extension extension, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER);
        var signedKey = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var protobuf = signedKey.ReadOctetString();
        var signature = signedKey.ReadOctetString();
        signedKey.ThrowIfNotEmpty();

        if (!PublicKey.TryParse(protobuf, out var key))
            throw new HandshakeFailedException("The other side's certificate holds no identity key of a known kind.");
        return key.Verify(SignedBytes(subjectPublicKeyInfo), signature)
            ? key
            : throw new HandshakeFailedException($"The other side claims to be {key.PeerId}, but the signature of its TLS key is wrong.");
    }
}
