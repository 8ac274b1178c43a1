using CsCheck;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Whatever a peer sends, the session goes on or ends with a protocol error, and holds no more than its limits.</summary>
public sealed class YamuxFuzzTests
{
    private const int MaxStreams = 4;

    // Mostly plausible frames on few ids, so that the states behind them are reached; the lengths are often wrong.
    private static readonly Gen<byte[]> Frame =
        from type in Gen.Frequency((6, Gen.Byte[0, 1]), (1, Gen.Byte[0, 4]))
        from flags in Gen.Frequency((4, Gen.UShort[0, 4]), (2, Gen.UShort[0, 15]), (1, Gen.UShort))
        from id in Gen.Frequency((8, Gen.UInt[0, 12]), (1, Gen.UInt))
        from length in Gen.Frequency((6, Gen.UInt[0, 40]), (2, Gen.UInt[0, 300_000]), (1, Gen.UInt))
        from body in Gen.Byte.Array[0, 40]
        select Encode(type, flags, id, length, body);

    [Fact]
    public Task Any_frames_are_ignored_or_end_the_session_with_a_protocol_error() =>
        Gen.Select(Gen.Bool, Frame.Array[1, 40]).SampleAsync((initiator, frames) => FeedAsync(initiator, [.. frames.SelectMany(frame => frame)]), iter: 400);

    [Fact]
    public Task Any_bytes_are_ignored_or_end_the_session_with_a_protocol_error() =>
        Gen.Select(Gen.Bool, Gen.Byte.Array[0, 200]).SampleAsync(FeedAsync, iter: 400);

    private static async Task FeedAsync(bool initiator, byte[] bytes)
    {
        var options = new YamuxOptions { MaxInboundStreams = MaxStreams, MaxConnectionWindowBytes = 0 };
        await using var peer = RawPeer.Start(initiator, options);
        var session = peer.Session;
        var own = await session.OpenStreamAsync();
        await own.Output.WriteAsync("x"u8.ToArray());
        var accepting = AcceptAllAsync(session);

        await peer.SendAsync(bytes);
        peer.FinishSending();
        await Deadline.Until(() => session.Closed.IsCancellationRequested, "the session to end with its connection");

        Assert.True(
            session.Error is null or YamuxProtocolException or YamuxGoAwayException or Microsoft.AspNetCore.Connections.ConnectionResetException,
            $"The session ended with {session.Error}.");
        Assert.Equal(0, session.StreamCount);
        Assert.Equal(0, session.WindowBudget.LeftBytes);
        foreach (var stream in await Deadline.Within(accepting, "the accept loop"))
            await stream.DisposeAsync();
    }

    private static async Task<List<YamuxStream>> AcceptAllAsync(YamuxSession session)
    {
        var streams = new List<YamuxStream>();
        while (await session.AcceptStreamAsync() is { } stream)
        {
            Assert.InRange(session.StreamCount, 0, MaxStreams + 1);
            streams.Add(stream);
        }

        return streams;
    }

    private static byte[] Encode(byte type, ushort flags, uint id, uint length, byte[] body)
    {
        var header = new byte[FrameHeader.Size];
        new FrameHeader((FrameType)type, (FrameFlags)flags, id, length).Write(header);
        return type == 0 ? [.. header, .. body] : header;
    }
}
