using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>
/// A conversation recorded between two js-libp2p muxers (@libp2p/yamux 8.0.3): stream 1 carries "ping" and "pong" and is finished by both;
/// stream 3 carries "x" and "pong" and is reset by the dialler, who then goes away.
/// </summary>
public sealed class YamuxRecordedBytesTests
{
    private static readonly string[] Dialler =
    [
        "000200010000000000000000", // ping
        "000200020000000000000000", // pong
        "000100010000000100000000", // SYN
        "00000000000000010000000470696e67", // "ping"
        "000100000000000100040004", // the window doubles
        "000100040000000100000000", // FIN
        "000100010000000300000000", // SYN
        "00000000000000030000000178", // "x"
        "000100000000000300040004",
        "000100080000000300000000", // RST
        "000300000000000000000000", // go-away
    ];

    private static readonly string[] Listener =
    [
        "000200020000000000000000", // pong
        "000200010000000000000000", // ping
        "000000020000000100000004706f6e67", // ACK with "pong"
        "000100000000000100000004",
        "000100040000000100000000", // FIN
    ];

    private readonly CancellationToken _cancellation = Deadline.Token();

    [Fact]
    public async Task The_dialler_of_the_recording_is_understood()
    {
        await using var peer = RawPeer.Start(initiator: false);
        foreach (var frame in Dialler[..8])
            await peer.SendAsync(Convert.FromHexString(frame));
        var (first, second) = (await peer.AcceptAsync(), await peer.AcceptAsync());
        Assert.Equal("ping"u8.ToArray(), await first.ReadToEndAsync(_cancellation));
        Assert.Equal("x"u8.ToArray(), await second.ReadExactlyAsync(1, _cancellation));

        foreach (var frame in Dialler[8..])
            await peer.SendAsync(Convert.FromHexString(frame));

        await Deadline.Until(() => peer.Session.Closed.IsCancellationRequested, "the go-away");
        var reset = await Assert.ThrowsAsync<StreamResetException>(() => second.ReadToEndAsync(_cancellation));
        Assert.Equal((0u, true), (reset.Code, reset.IsRemote));
        Assert.Null(peer.Session.Error);
    }

    [Fact]
    public async Task The_listener_of_the_recording_is_understood()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync("ping"u8.ToArray(), _cancellation);
        foreach (var frame in Listener)
            await peer.SendAsync(Convert.FromHexString(frame));

        Assert.Equal("pong"u8.ToArray(), await stream.ReadToEndAsync(_cancellation));
        await stream.CloseWriteAsync(_cancellation);
        await Deadline.Until(() => peer.Session.StreamCount == 0, "the stream to be over");
    }

    [Fact]
    public async Task The_same_conversation_of_this_side_has_these_bytes()
    {
        await using var peer = RawPeer.Start();
        await peer.ReadAnyAsync();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync("ping"u8.ToArray(), _cancellation);
        Assert.Equal("000000010000000100000004" + "70696e67", await ReadHexAsync(peer, 16)); // The SYN rides on the data.
        await peer.SendAsync(Convert.FromHexString(Listener[2]));
        await stream.CloseWriteAsync(_cancellation);
        Assert.Equal("000100040000000100000000", await ReadHexAsync(peer, 12));

        var other = await peer.Session.OpenStreamAsync(_cancellation);
        await other.Output.WriteAsync("x"u8.ToArray(), _cancellation);
        Assert.Equal("000000010000000300000001" + "78", await ReadHexAsync(peer, 13));
        other.Reset();
        Assert.Equal("000100080000000300000000", await ReadHexAsync(peer, 12));

        var closing = peer.Session.CloseAsync(YamuxErrorCode.Normal);
        Assert.Equal("000300000000000000000000", await ReadHexAsync(peer, 12));
        await closing;
    }

    private static async Task<string> ReadHexAsync(RawPeer peer, int bytes) => Convert.ToHexStringLower(await peer.ReadBytesAsync(bytes));
}
