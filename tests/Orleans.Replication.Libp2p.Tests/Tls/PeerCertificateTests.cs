using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Orleans.Replication.Libp2p.Tests.Support;
using Orleans.Replication.Libp2p.Tls;

namespace Orleans.Replication.Libp2p.Tests.Tls;

public sealed class PeerCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static ReadOnlySpan<byte> AnotherOid => [0x2b, 6, 1, 4, 1, 0x83, 0xa2, 0x5a, 1, 2];

    private readonly PeerIdentity _identity = PeerIdentity.Generate();

    public void Dispose() => _identity.Dispose();

    [Theory]
    [InlineData("ed25519", KeyType.Ed25519)]
    [InlineData("ecdsa", KeyType.Ecdsa)]
    [InlineData("secp256k1", KeyType.Secp256k1)]
    public void The_certificates_of_the_specs_prove_the_ids_they_name(string name, KeyType type)
    {
        var vector = VectorFile.Certificates.EnumerateArray().Single(v => v.Text("name") == name);

        var key = PeerCertificate.Verify(vector.Hex("certificate"), Now);

        Assert.Equal(PeerId.Parse(vector.Text("peerId"), null), key.PeerId);
        Assert.Equal(type, key.Type);
    }

    [Fact]
    public void The_certificate_of_the_specs_whose_key_was_signed_by_another_is_refused()
    {
        var vector = VectorFile.Certificates.EnumerateArray().Single(v => v.Text("name") == "invalid");

        Assert.Contains("signature", Refused(vector.Hex("certificate")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_own_certificate_proves_the_own_id()
    {
        using var certificate = PeerCertificate.Create(_identity);

        Assert.Equal(_identity.PublicKey, PeerCertificate.Verify(certificate.RawData, Now));
        Assert.True(certificate.HasPrivateKey);
        Assert.NotEmpty(certificate.Subject);
    }

    [Fact]
    public void A_certificate_signed_with_another_key_is_refused()
    {
        // Everything else is in order: the extension is by the identity and about this certificate's key.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(key, PeerCertificate.CreateExtension(_identity, key.ExportSubjectPublicKeyInfo()));
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(other), Now.AddDays(-1), Now.AddDays(1), new byte[] { 1 });

        Assert.Contains("own key", Refused(certificate.RawData), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_valid_yet_or_no_longer_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(key, PeerCertificate.CreateExtension(_identity, key.ExportSubjectPublicKeyInfo()));
        using var tomorrow = request.CreateSelfSigned(Now.AddDays(1), Now.AddDays(2));
        using var yesterday = request.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(-1));
        using var today = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));

        Assert.Contains("valid from", Refused(tomorrow.RawData), StringComparison.Ordinal);
        Assert.Contains("valid from", Refused(yesterday.RawData), StringComparison.Ordinal);
        Assert.Equal(_identity.PublicKey, PeerCertificate.Verify(today.RawData, Now));
    }

    [Fact]
    public void A_certificate_without_the_extension_or_with_two_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var without = SelfSigned(Request(key));

        Assert.Contains("no identity", Refused(without.RawData), StringComparison.Ordinal);
        var extension = PeerCertificate.CreateExtension(_identity, key.ExportSubjectPublicKeyInfo());
        using var other = SelfSigned(Request(key, extension, new X509Extension("1.3.6.1.4.1.53594.1.2", extension.RawData, critical: false)));
        var twice = other.RawData;
        twice[twice.AsSpan().IndexOf(AnotherOid) + AnotherOid.Length - 1] = 1; // The second has the same name now.
        Assert.Contains("two identities", Refused(twice), StringComparison.Ordinal);
    }

    [Fact]
    public void The_extension_may_be_critical_and_unknown_ones_may_not()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var extension = PeerCertificate.CreateExtension(_identity, key.ExportSubjectPublicKeyInfo());
        using var critical = SelfSigned(Request(key, new X509Extension(extension, critical: true), new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true)));
        using var unknown = SelfSigned(Request(key, extension, new X509Extension("1.2.3.4", [5, 0], critical: false)));
        using var unknownCritical = SelfSigned(Request(key, extension, new X509Extension("1.2.3.4", [5, 0], critical: true)));

        Assert.Equal(_identity.PublicKey, PeerCertificate.Verify(critical.RawData, Now));
        Assert.Equal(_identity.PublicKey, PeerCertificate.Verify(unknown.RawData, Now));
        Assert.Contains("1.2.3.4", Refused(unknownCritical.RawData), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_about_another_certificates_key_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = SelfSigned(Request(key, PeerCertificate.CreateExtension(_identity, other.ExportSubjectPublicKeyInfo())));

        Assert.Contains("signature of its TLS key", Refused(certificate.RawData), StringComparison.Ordinal);
    }

    [Fact]
    public void An_RSA_certificate_is_checked_too()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("SERIALNUMBER=1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(PeerCertificate.CreateExtension(_identity, key.ExportSubjectPublicKeyInfo()));
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));

        Assert.Equal(_identity.PublicKey, PeerCertificate.Verify(certificate.RawData, Now));
    }

    [Fact]
    public void An_extension_that_is_something_else_is_a_typed_error()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString([1, 2, 3]);
            writer.WriteOctetString([4]);
        }

        foreach (var content in new[] { [], [1], [0x30, 0x80], writer.Encode() })
        {
            using var certificate = SelfSigned(Request(key, new X509Extension(PeerCertificate.ExtensionOid, content, critical: false)));
            Refused(certificate.RawData);
        }
    }

    [Fact]
    public void Any_bytes_are_a_proof_or_a_typed_error()
    {
        using var certificate = PeerCertificate.Create(_identity);
        var valid = certificate.RawData;
        Gen.OneOf(Bytes.Any, Bytes.Near([valid, .. VectorFile.Certificates.EnumerateArray().Select(v => v.Hex("certificate"))])).Sample(
            bytes =>
            {
                var error = Record.Exception(() => PeerCertificate.Verify(bytes, Now));
                Assert.True(error is null or HandshakeFailedException, error?.ToString());
            },
            iter: 2_000);
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_noticed()
    {
        using var certificate = PeerCertificate.Create(_identity);
        var bytes = certificate.RawData;
        for (var position = 0; position < bytes.Length; position++)
        {
            bytes[position] ^= 1;
            Refused(bytes);
            bytes[position] ^= 1;
        }
    }

    private static string Refused(byte[] der) => Assert.Throws<HandshakeFailedException>(() => PeerCertificate.Verify(der, Now)).Message;

    private static CertificateRequest Request(ECDsa key, params X509Extension[] extensions)
    {
        var request = new CertificateRequest("SERIALNUMBER=1", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        return request;
    }

    private static X509Certificate2 SelfSigned(CertificateRequest request) => request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
}
