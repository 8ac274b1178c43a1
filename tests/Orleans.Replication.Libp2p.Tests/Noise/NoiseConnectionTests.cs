using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using CsCheck;
using Orleans.Replication.Libp2p.Noise;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Noise;

public sealed class NoiseConnectionTests : IDisposable
{
    private readonly PeerIdentity _alice = PeerIdentity.Generate();
    private readonly PeerIdentity _bob = PeerIdentity.Generate();

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public async Task Both_sides_learn_who_the_other_is()
    {
        var (alice, bob, _) = await ConnectAsync(_bob.PeerId);

        Assert.Equal(_bob.PublicKey, alice.RemotePublicKey);
        Assert.Equal(_alice.PublicKey, bob.RemotePublicKey);
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task Another_peer_than_the_dialled_one_is_refused_before_this_side_shows_who_it_is()
    {
        var pair = new DuplexPair();
        using var dialler = new NoiseTransport(_alice, []);
        using var listener = new NoiseTransport(_bob, []);
        using var expected = PeerIdentity.Generate();
        var inbound = listener.SecureInboundAsync(pair.Second, default);

        var error = await Assert.ThrowsAsync<PeerIdMismatchException>(
            () => dialler.SecureOutboundAsync(pair.First, expected.PeerId, default).InTimeAsync("the dialler refuses"));
        await pair.First.Output.CompleteAsync();

        Assert.Equal((expected.PeerId, _bob.PeerId), (error.Expected, error.Actual));
        await Assert.ThrowsAsync<HandshakeFailedException>(() => inbound.InTimeAsync("the listener notices"));
    }

    [Fact]
    public async Task What_is_written_arrives_whatever_the_sizes_of_writes_and_segments() =>
        await Gen.Select(Gen.Int[0, 200_000].Array[1, 5], Gen.OneOf(16, 4096, 100_000)).SampleAsync(
            async (sizes, segment) =>
            {
                var (alice, bob, _) = await ConnectAsync(_bob.PeerId, segment);
                var sent = sizes.Select(RandomNumberGenerator.GetBytes).ToArray();
                foreach (var bytes in sent)
                    await alice.Output.WriteAsync(bytes);

                Assert.Equal(sent.SelectMany(bytes => bytes), await bob.Input.ReadExactlyAsync(sizes.Sum()));
                alice.Dispose();
                bob.Dispose();
            },
            iter: 30);

    [Fact]
    public async Task Many_writes_before_a_flush_become_one_frame()
    {
        var (alice, bob, pair) = await ConnectAsync(_bob.PeerId);
        for (var i = 0; i < 100; i++)
            alice.Output.Write(new byte[12]);
        await alice.Output.FlushAsync();

        var result = await pair.Second.Input.ReadAsync();
        Assert.Equal(2 + 1200 + 16, result.Buffer.Length);
        pair.Second.Input.AdvanceTo(result.Buffer.Start);
        Assert.Equal(new byte[1200], await bob.Input.ReadExactlyAsync(1200));
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task A_frame_holds_65519_bytes_of_plaintext_at_most()
    {
        var (alice, bob, pair) = await ConnectAsync(_bob.PeerId);
        await alice.Output.WriteAsync(new byte[65_519 + 1]);

        var result = await pair.Second.Input.ReadAtLeastAsync(65_537 + 2 + 17);
        var bytes = result.Buffer.ToArray();
        Assert.Equal([0xff, 0xff], bytes[..2]);
        Assert.Equal([0x00, 0x11], bytes[65_537..65_539]);
        Assert.Equal(65_537 + 2 + 17, bytes.Length);
        pair.Second.Input.AdvanceTo(result.Buffer.Start);
        Assert.Equal(new byte[65_520], await bob.Input.ReadExactlyAsync(65_520));
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task Frames_without_plaintext_are_passed_over()
    {
        var (send, receive) = Ciphers();
        var pair = new DuplexPair();
        using var connection = new NoiseConnection(pair.Second, Ciphers().Send, receive, _bob.PublicKey);
        foreach (var plaintext in new byte[][] { [], [], [7] })
            await pair.First.Output.WriteAsync(Frame(send, plaintext));

        Assert.Equal([7], await connection.Input.ReadExactlyAsync(1));
    }

    [Fact]
    public async Task The_end_of_the_connection_is_the_end_of_the_plaintext()
    {
        var (alice, bob, pair) = await ConnectAsync(_bob.PeerId);
        await alice.Output.WriteAsync(new byte[] { 1 });
        await pair.First.Output.CompleteAsync();

        Assert.Equal([1], await bob.Input.ReadToEndAsync());
        alice.Dispose();
        bob.Dispose();
    }

    [Theory]
    [InlineData("0000", typeof(HandshakeFailedException))] // Shorter than a tag.
    [InlineData("000f0102030405060708090a0b0c0d0e0f", typeof(HandshakeFailedException))]
    [InlineData("001001020304050607080900010203040506", typeof(HandshakeFailedException))] // A tag that is wrong.
    [InlineData("00100102", typeof(EndOfStreamException))] // Cut off.
    [InlineData("00", typeof(EndOfStreamException))]
    public async Task Malformed_frames_are_typed_errors(string hex, Type expected)
    {
        var (alice, bob, pair) = await ConnectAsync(_bob.PeerId);
        await pair.First.Output.WriteAsync(Convert.FromHexString(hex));
        await pair.First.Output.CompleteAsync();

        Assert.IsType(expected, await Record.ExceptionAsync(() => bob.Input.ReadAsync().InTimeAsync("the read ends")));
        alice.Dispose();
        bob.Dispose();
    }

    [Fact]
    public async Task A_frame_that_is_repeated_is_refused()
    {
        var (send, receive) = Ciphers();
        var pair = new DuplexPair();
        using var connection = new NoiseConnection(pair.Second, Ciphers().Send, receive, _bob.PublicKey);
        var frame = Frame(send, [1, 2, 3]);
        await pair.First.Output.WriteAsync(frame);
        Assert.Equal([1, 2, 3], await connection.Input.ReadExactlyAsync(3));

        await pair.First.Output.WriteAsync(frame);
        await Assert.ThrowsAsync<HandshakeFailedException>(() => connection.Input.ReadAsync().InTimeAsync("the read ends"));
    }

    [Fact]
    public async Task Any_bytes_in_place_of_a_handshake_are_a_typed_error()
    {
        using var transport = new NoiseTransport(_alice, []);
        await Gen.OneOf(Bytes.Any, Bytes.Near([0, 32, .. RandomNumberGenerator.GetBytes(32)])).SampleAsync(
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
    public async Task Any_bytes_in_place_of_frames_are_a_typed_error() => await Bytes.Any.SampleAsync(
        async bytes =>
        {
            var pair = new DuplexPair();
            await pair.First.Output.WriteAsync(bytes);
            await pair.First.Output.CompleteAsync();
            using var connection = new NoiseConnection(pair.Second, Ciphers().Send, Ciphers().Receive, _bob.PublicKey);
            var error = await Record.ExceptionAsync(() => connection.Input.ReadAsync().InTimeAsync("it ends"));
            Assert.True(bytes.Length == 0 ? error is null : error is HandshakeFailedException or EndOfStreamException, error?.ToString());
        },
        iter: 500);

    private static (NoiseCipherState Send, NoiseCipherState Receive) Ciphers()
    {
        var key = new byte[32];
        return (new NoiseCipherState(key), new NoiseCipherState(key));
    }

    private static byte[] Frame(NoiseCipherState cipher, byte[] plaintext)
    {
        var frame = new byte[2 + plaintext.Length + 16];
        frame[1] = (byte)(plaintext.Length + 16);
        cipher.Encrypt([], plaintext, frame.AsSpan(2));
        return frame;
    }

    private async Task<(SecureConnection Alice, SecureConnection Bob, DuplexPair Raw)> ConnectAsync(PeerId expected, int segmentBytes = 4096)
    {
        var pair = new DuplexPair(segmentBytes);
        using var dialler = new NoiseTransport(_alice, []);
        using var listener = new NoiseTransport(_bob, []);
        var inbound = listener.SecureInboundAsync(pair.Second, default);
        var outbound = await dialler.SecureOutboundAsync(pair.First, expected, default).InTimeAsync("the dialler has secured the connection");
        return (outbound, await inbound.InTimeAsync("the listener has secured the connection"), pair);
    }
}
