using System.Formats.Asn1;

namespace Orleans.Replication.Libp2p.Tls;

/// <summary>A certificate cut into the pieces that signatures are about (RFC 5280 §4.1), byte for byte as they were sent.</summary>
/// <param name="Signed">What the certificate's own signature is about.</param>
/// <param name="Algorithm">The signature's algorithm, an object identifier.</param>
/// <param name="Signature">The certificate's own signature.</param>
/// <param name="SubjectPublicKeyInfo">The certificate's key, which the host key's signature is about.</param>
internal readonly record struct CertificateParts(
    ReadOnlyMemory<byte> Signed, string Algorithm, ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> SubjectPublicKeyInfo)
{
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <exception cref="AsnContentException">The bytes are no certificate.</exception>
    internal static CertificateParts Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var signed = certificate.PeekEncodedValue();
        var body = certificate.ReadSequence();
        var algorithm = certificate.ReadSequence().ReadObjectIdentifier();
        var signature = certificate.ReadBitString(out var unusedBits);
        certificate.ThrowIfNotEmpty();
        if (unusedBits != 0)
            throw new AsnContentException("The certificate's signature is no whole number of bytes.");

        if (body.PeekTag() == Version)
            body.ReadEncodedValue();
        body.ReadInteger(); // The serial number.
        if (body.ReadSequence().ReadObjectIdentifier() != algorithm)
            throw new AsnContentException("The certificate names two signature algorithms.");
        body.ReadSequence(); // The issuer,
        body.ReadSequence(); // the validity,
        body.ReadSequence(); // and the subject.
        return new CertificateParts(signed, algorithm, signature, body.ReadEncodedValue());
    }
}
