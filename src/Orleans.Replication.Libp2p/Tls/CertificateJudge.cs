using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Replication.Libp2p.Tls;

/// <summary>
/// Judges the other side's certificate in one handshake. TLS itself learns only yes or no; the reason is kept here.
/// </summary>
/// <param name="expected">The peer that was dialled, where it is known.</param>
/// <param name="time">Tells when the certificate has to be valid.</param>
internal sealed class CertificateJudge(PeerId? expected, TimeProvider time)
{
    /// <summary>The identity that was proven; null before, and after a refusal.</summary>
    internal PublicKey? Proven { get; private set; }

    /// <summary>Why the certificate was refused.</summary>
    internal Libp2pException? Refusal { get; private set; }

    /// <summary>For TLS, as its validation callback. What TLS itself found (no trusted root, no matching name) does not count here.</summary>
    internal bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            Proven = Verify(certificate, chain);
            return true;
        }
        catch (Libp2pException error)
        {
            Refusal = error;
            return false;
        }
    }

    private PublicKey Verify(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null)
            throw new HandshakeFailedException("The other side showed no certificate.");

        var der = certificate.GetRawCertData();
        // What was sent behind the first certificate; on some platforms the first is among them.
        if (chain?.ChainPolicy.ExtraStore.Any(other => !other.RawDataMemory.Span.SequenceEqual(der)) == true)
            throw new HandshakeFailedException("The other side showed more than one certificate.");

        var key = PeerCertificate.Verify(der, time.GetUtcNow());
        if (expected is { } peer && peer != key.PeerId)
            throw new PeerIdMismatchException(peer, key.PeerId);
        return key;
    }
}
