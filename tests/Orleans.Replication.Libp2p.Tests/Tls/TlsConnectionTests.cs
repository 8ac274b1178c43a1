using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Tests.Support;
using Orleans.Replication.Libp2p.Tls;

namespace Orleans.Replication.Libp2p.Tests.Tls;

public sealed class TlsConnectionTests : IDisposable
{
    private static readonly ProtocolId Yamux = new("/yamux/1.0.0");
    private static readonly ProtocolId Mplex = new("/mplex/6.7.0");
    private static readonly List<SslApplicationProtocol> Libp2p = [new("libp2p")];
    private readonly PeerIdentity _alice = PeerIdentity.Generate();
    private readonly PeerIdentity _bob = PeerIdentity.Generate();
    private readonly DuplexPair _pair = new();

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public async Task Each_side_proves_who_it_is()
    {
        var (alice, bob) = await ConnectAsync();

        Assert.Equal(_bob.PublicKey, alice.RemotePublicKey);
        Assert.Equal(_alice.PublicKey, bob.RemotePublicKey);
        alice.Dispose();
        bob.Dispose();
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public async Task The_multiplexer_is_agreed_on_early_when_both_sides_do_so(bool first, bool second, bool early)
    {
        var (alice, bob) = await ConnectAsync(first ? [Yamux] : [], second ? [Yamux] : []);

        Assert.Equal(early ? Yamux : null, alice.EarlyMuxer);
        Assert.Equal(early ? Yamux : null, bob.EarlyMuxer);
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task Sides_with_different_multiplexers_leave_it_to_multistream_select()
    {
        var (alice, bob) = await ConnectAsync([Mplex], [Yamux]);

        Assert.Null(alice.EarlyMuxer);
        Assert.Null(bob.EarlyMuxer);
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task Another_peer_than_the_dialled_one_is_refused()
    {
        using var dialler = New(_alice);
        using var listener = New(_bob);
        using var expected = PeerIdentity.Generate();
        var inbound = listener.SecureInboundAsync(_pair.Second, default);

        var error = await Assert.ThrowsAsync<PeerIdMismatchException>(
            () => dialler.SecureOutboundAsync(_pair.First, expected.PeerId, default).InTimeAsync("the dialler refuses"));
        await _pair.First.Output.CompleteAsync();

        Assert.Equal((expected.PeerId, _bob.PeerId), (error.Expected, error.Actual));
        await inbound.AsTask().ContinueWith(_ => { }, TaskScheduler.Default).InTimeAsync("the listener notices, or did before the refusal");
    }

    [Fact]
    public async Task What_is_written_arrives_whatever_the_sizes_of_writes() => await Gen.Int[0, 200_000].Array[1, 5].SampleAsync(
        async sizes =>
        {
            var (alice, bob) = await ConnectAsync(new DuplexPair());
            var sent = sizes.Select(RandomNumberGenerator.GetBytes).ToArray();
            foreach (var bytes in sent)
                await alice.Output.WriteAsync(bytes);
            await bob.Output.WriteAsync(sent[0]);

            Assert.Equal(sent.SelectMany(bytes => bytes), await bob.Input.ReadExactlyAsync(sizes.Sum()));
            Assert.Equal(sent[0], await alice.Input.ReadExactlyAsync(sizes[0]));
            alice.Dispose();
            bob.Dispose();
        },
        iter: 20);

    [Fact]
    public async Task The_records_of_one_flush_leave_together()
    {
        var counting = new CountingPipe(_pair.First);
        var (alice, bob) = await ConnectAsync(counting, _pair.Second);
        var before = counting.Flushes;

        await alice.Output.WriteAsync(new byte[60_000]); // Four records.

        Assert.Equal(1, counting.Flushes - before);
        await bob.Input.ReadExactlyAsync(60_000);
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task A_changed_byte_ends_the_connection_with_a_typed_error()
    {
        var (alice, bob) = await ConnectAsync();
        await _pair.Second.Output.WriteAsync((byte[])[23, 3, 3, 0, 32, .. new byte[32]]); // A record that nobody encrypted.

        await Assert.ThrowsAsync<ConnectionResetException>(() => alice.Input.ReadAsync().InTimeAsync("the read ends"));
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused()
    {
        var error = await ServeAsync(null, Libp2p);

        Assert.Contains("no certificate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_a_common_application_protocol_is_refused()
    {
        using var certificate = PeerCertificate.Create(_alice);

        await ServeAsync(certificate, [new("h2")]);
        await ServeAsync(certificate, []);
    }

    [Fact]
    public async Task An_older_TLS_is_refused()
    {
        using var certificate = PeerCertificate.Create(_alice);

        await ServeAsync(certificate, Libp2p, SslProtocols.Tls12);
    }

    [Fact]
    public void A_peer_with_more_than_one_certificate_is_refused()
    {
        using var certificate = PeerCertificate.Create(_alice);
        using var another = PeerCertificate.Create(_bob);
        using var chain = new X509Chain();
        chain.ChainPolicy.ExtraStore.Add(certificate); // Some platforms list the first one here as well.
        var alone = new CertificateJudge(_alice.PeerId, TimeProvider.System);
        Assert.True(alone.Judge(this, certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.Equal(_alice.PublicKey, alone.Proven);

        chain.ChainPolicy.ExtraStore.Add(another);
        var accompanied = new CertificateJudge(_alice.PeerId, TimeProvider.System);
        Assert.False(accompanied.Judge(this, certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.Contains("more than one", accompanied.Refusal?.Message, StringComparison.Ordinal);
        Assert.Null(accompanied.Proven);
    }

    [Fact]
    public async Task A_certificate_that_proves_nothing_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var plain = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        var error = await ServeAsync(plain, Libp2p);

        Assert.Contains("no identity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_says_no_name()
    {
        using var dialler = New(_alice);
        var dialling = dialler.SecureOutboundAsync(_pair.First, null, default).AsTask();

        // server_name would be extension 0 of the client's hello; its type and the list's lengths come before the name.
        var hello = (await _pair.Second.Input.ReadAtLeastAsync(100).InTimeAsync("the client says hello")).Buffer;
        var bytes = hello.FirstSpan.ToArray();
        _pair.Second.Input.AdvanceTo(hello.End);
        await _pair.Second.Output.CompleteAsync();
        await Assert.ThrowsAsync<HandshakeFailedException>(() => dialling.InTimeAsync("the dial ends"));

        Assert.DoesNotContain((ushort)0, Extensions(bytes));
    }

    [Fact]
    public async Task Any_bytes_in_place_of_a_handshake_are_a_typed_error()
    {
        using var transport = New(_alice);
        await Gen.OneOf(Bytes.Any, Bytes.Near([22, 3, 1, 0, 5, 1, 0, 0, 1, 3], [21, 3, 3, 0, 2, 2, 40])).SampleAsync(
            async bytes =>
            {
                var errors = new[]
                {
                    await Record.ExceptionAsync(() => transport.SecureInboundAsync(DuplexPair.Sending(bytes), default).InTimeAsync("it ends")),
                    await Record.ExceptionAsync(
                        () => transport.SecureOutboundAsync(DuplexPair.Sending(bytes), _bob.PeerId, default).InTimeAsync("it ends")),
                };
                Assert.All(errors, error => Assert.IsType<HandshakeFailedException>(error));
            },
            iter: 300);
    }

    [Fact]
    public async Task A_handshake_that_is_given_up_ends()
    {
        using var transport = New(_alice);
        using var cancelled = new CancellationTokenSource();
        var inbound = transport.SecureInboundAsync(_pair.First, cancelled.Token).AsTask();
        var outbound = transport.SecureOutboundAsync(new DuplexPair().First, null, cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inbound.InTimeAsync("the listener gives up"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => outbound.InTimeAsync("the dialler gives up"));
    }

    /// <summary>The types of the extensions of a client's hello (RFC 8446 §4.1.2), in one record.</summary>
    private static IEnumerable<ushort> Extensions(byte[] record)
    {
        var at = 5 + 4 + 2 + 32; // Record and handshake headers, version, random.
        at += 1 + record[at]; // Session id.
        at += 2 + Number(at); // Cipher suites.
        at += 1 + record[at]; // Compression methods.
        var end = Math.Min(record.Length, at + 2 + Number(at));
        for (at += 2; at + 4 <= end; at += 4 + Number(at + 2))
            yield return (ushort)Number(at);

        int Number(int index) => (record[index] << 8) | record[index + 1];
    }

    private static TlsTransport New(PeerIdentity identity, params ProtocolId[] muxers) => new(identity, muxers, TimeProvider.System);

    /// <summary>Lets a client that is not this host's dial, and returns why it is refused.</summary>
    private async Task<HandshakeFailedException> ServeAsync(
        X509Certificate2? certificate, List<SslApplicationProtocol> protocols, SslProtocols versions = SslProtocols.Tls13)
    {
        var pair = new DuplexPair();
        using var listener = New(_bob, Yamux);
        var server = new CertificateJudge(_bob.PeerId, TimeProvider.System);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = string.Empty,
            ClientCertificates = certificate is null ? null : [certificate],
            ApplicationProtocols = protocols,
            EnabledSslProtocols = versions,
            RemoteCertificateValidationCallback = server.Judge,
        };
        await using var client = new SslStream(new PipeStream(pair.First));
        var dialling = client.AuthenticateAsClientAsync(options).ContinueWith(_ => pair.First.Output.CompleteAsync().AsTask(), TaskScheduler.Default).Unwrap();

        var error = await Assert.ThrowsAsync<HandshakeFailedException>(
            () => listener.SecureInboundAsync(pair.Second, default).InTimeAsync("the listener refuses"));
        await pair.Second.Output.CompleteAsync();
        await dialling.InTimeAsync("the client ends");
        return error;
    }

    private Task<(SecureConnection Alice, SecureConnection Bob)> ConnectAsync(ProtocolId[]? alices = null, ProtocolId[]? bobs = null) =>
        ConnectAsync(_pair.First, _pair.Second, alices, bobs);

    private Task<(SecureConnection Alice, SecureConnection Bob)> ConnectAsync(DuplexPair pair) => ConnectAsync(pair.First, pair.Second);

    private async Task<(SecureConnection Alice, SecureConnection Bob)> ConnectAsync(
        IDuplexPipe first, IDuplexPipe second, ProtocolId[]? alices = null, ProtocolId[]? bobs = null)
    {
        var dialler = New(_alice, alices ?? [Yamux]);
        var listener = New(_bob, bobs ?? [Yamux]);
        var inbound = listener.SecureInboundAsync(second, default);
        var outbound = await dialler.SecureOutboundAsync(first, _bob.PeerId, default).InTimeAsync("the dialler has secured the connection");
        return (outbound, await inbound.InTimeAsync("the listener has secured the connection"));
    }

    /// <summary>Counts what leaves: each flush is one send on a socket.</summary>
    private sealed class CountingPipe(IDuplexPipe inner) : IDuplexPipe
    {
        private readonly CountingWriter _writer = new(inner.Output);

        public PipeReader Input => inner.Input;

        public PipeWriter Output => _writer;

        internal int Flushes => _writer.Flushes;

        private sealed class CountingWriter(PipeWriter inner) : PipeWriter
        {
            internal int Flushes { get; private set; }

            public override void Advance(int bytes) => inner.Advance(bytes);

            public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

            public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

            public override void CancelPendingFlush() => inner.CancelPendingFlush();

            public override void Complete(Exception? exception = null) => inner.Complete(exception);

            public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
            {
                Flushes++;
                return inner.FlushAsync(cancellationToken);
            }
        }
    }
}
