using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Security;

namespace Orleans.Replication.Libp2p.Tls;

/// <summary>Secures connections with TLS 1.3 under this peer's identity (<c>/tls/1.0.0</c>; libp2p specs, tls/tls.md).</summary>
/// <remarks>
/// The client of TLS 1.3 is ready before the server has judged its certificate, so a refusal shows on its first read. And a client that refuses the
/// server has shown its own certificate by then; only Noise lets the dialler judge first.
/// </remarks>
/// <param name="identity">Who this peer is.</param>
/// <param name="muxers">The multiplexers to agree on early; none: multistream-select does it.</param>
/// <param name="time">Tells when certificates have to be valid.</param>
internal sealed class TlsTransport(PeerIdentity identity, IReadOnlyList<ProtocolId> muxers, TimeProvider time) : ISecureTransport
{
    internal static readonly ProtocolId Protocol = new("/tls/1.0.0");

    /// <summary>Says that the multiplexer is left to multistream-select. Has to be the last of a list.</summary>
    private static readonly SslApplicationProtocol NoEarlyMuxer = new("libp2p");

    /// <summary>One certificate for the whole run: it proves the same as a new one for each connection, and a new one costs as much as the handshake.</summary>
    private readonly Lazy<SslStreamCertificateContext> _certificate =
        new(() => SslStreamCertificateContext.Create(PeerCertificate.Create(identity), additionalCertificates: null, offline: true));

    /// <inheritdoc/>
    public ProtocolId Id => Protocol;

    /// <inheritdoc/>
    public ValueTask<SecureConnection> SecureOutboundAsync(IDuplexPipe raw, PeerId? expected, CancellationToken cancellationToken)
    {
        var judge = new CertificateJudge(expected, time);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = string.Empty, // The specs reserve the server name.
            ClientCertificateContext = _certificate.Value,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = ApplicationProtocols(),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = NoChain(),
            RemoteCertificateValidationCallback = judge.Judge,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
        return SecureAsync(raw, judge, ssl => ssl.AuthenticateAsClientAsync(options, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<SecureConnection> SecureInboundAsync(IDuplexPipe raw, CancellationToken cancellationToken)
    {
        var judge = new CertificateJudge(expected: null, time);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate.Value,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = ApplicationProtocols(),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = NoChain(),
            RemoteCertificateValidationCallback = judge.Judge,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
        return SecureAsync(raw, judge, ssl => ssl.AuthenticateAsServerAsync(options, cancellationToken));
    }

    public void Dispose()
    {
        if (_certificate.IsValueCreated)
            _certificate.Value.TargetCertificate.Dispose();
    }

    private async ValueTask<SecureConnection> SecureAsync(IDuplexPipe raw, CertificateJudge judge, Func<SslStream, Task> authenticate)
    {
        var below = new PipeStream(raw);
        var ssl = new SslStream(below, leaveInnerStreamOpen: true);
        try
        {
            await AuthenticateAsync(ssl, judge, authenticate).ConfigureAwait(false);
            var connection = new TlsConnection(ssl, below, judge.Proven!, Agreed(ssl.NegotiatedApplicationProtocol));
            below.GathersWrites = true;
            return connection;
        }
        catch
        {
            Release(ssl);
            throw;
        }
    }

    /// <summary>Not asynchronously: that would flush a connection which may take nothing more.</summary>
    private static void Release(SslStream ssl) => ssl.Dispose();

    private static async Task AuthenticateAsync(SslStream ssl, CertificateJudge judge, Func<SslStream, Task> authenticate)
    {
        try
        {
            await authenticate(ssl).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A stranger's bytes: besides its own errors, SslStream lets index errors of its parsers escape.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            throw judge.Refusal switch
            {
                PeerIdMismatchException mismatch => mismatch,
                { } refusal => new HandshakeFailedException(refusal.Message, error),
                null when error is ConnectionResetException or EndOfStreamException =>
                    new HandshakeFailedException("The other side closed the connection during the TLS handshake.", error),
                null => new HandshakeFailedException($"The TLS handshake failed: {(error.InnerException ?? error).Message}", error),
            };
        }
    }

    private ProtocolId? Agreed(SslApplicationProtocol agreed)
    {
        if (agreed == NoEarlyMuxer)
            return null;

        var muxer = muxers.FirstOrDefault(candidate => candidate.Value == Encoding.UTF8.GetString(agreed.Protocol.Span));
        return muxer != default
            ? muxer
            : throw new HandshakeFailedException("The other side agreed to no application protocol of libp2p within TLS.");
    }

    private List<SslApplicationProtocol> ApplicationProtocols() =>
        [.. muxers.Select(muxer => new SslApplicationProtocol(muxer.Value)), NoEarlyMuxer];

    /// <summary>
    /// There is no chain to build: nothing is trusted but what the certificate itself proves, and nothing is fetched because a stranger's certificate
    /// says so.
    /// </summary>
    private static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
    };
}
