using System.Buffers.Binary;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>What a session sends, frame by frame, and how it judges what it gets.</summary>
public sealed class YamuxSessionTests
{
    private const int Window = YamuxOptions.ProtocolWindowBytes;

    private readonly CancellationToken _cancellation = Deadline.Token();

    [Theory]
    [InlineData(true, 1u, 3u)]
    [InlineData(false, 2u, 4u)]
    public async Task The_dialler_opens_odd_ids_and_the_listener_even_ones(bool initiator, uint first, uint second)
    {
        await using var peer = RawPeer.Start(initiator);

        Assert.Equal(first, (await peer.Session.OpenStreamAsync(_cancellation)).Id);
        Assert.Equal(second, (await peer.Session.OpenStreamAsync(_cancellation)).Id);
    }

    [Fact]
    public async Task The_syn_rides_on_the_first_data()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        Assert.Empty(await peer.ReadAllUpToNowAsync());

        await stream.Output.WriteAsync("hello"u8.ToArray(), _cancellation);

        var frame = await peer.ReadAsync();
        Assert.Equal((FrameType.Data, FrameFlags.Syn, 1u), (frame.Type, frame.Flags, frame.StreamId));
        Assert.Equal("hello"u8.ToArray(), frame.Body);
    }

    [Fact]
    public async Task The_syn_rides_on_a_window_update_when_the_opener_reads_first()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);

        var reading = stream.ReadExactlyAsync(2, _cancellation);

        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Syn, StreamId: 1, Length: 0 });
        await peer.SendDataAsync(1, "ok"u8.ToArray(), FrameFlags.Ack);
        Assert.Equal("ok"u8.ToArray(), await reading);
    }

    [Fact]
    public async Task An_opened_stream_that_is_finished_at_once_is_seen_by_the_peer()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);

        await stream.CloseWriteAsync(_cancellation);

        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Syn | FrameFlags.Fin, StreamId: 1 });
    }

    [Fact]
    public async Task A_stream_reset_before_its_syn_left_is_never_mentioned()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);

        stream.Reset();

        Assert.Empty(await peer.ReadAllUpToNowAsync());
        Assert.Equal(0, peer.Session.StreamCount);
    }

    [Fact]
    public async Task The_fin_follows_the_last_data_in_a_frame_of_its_own()
    {
        // js-libp2p drops the body of a data frame that carries the FIN.
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);
        var stream = await peer.AcceptAsync();
        "all"u8.CopyTo(stream.Output.GetSpan());
        stream.Output.Advance(3);
        await stream.CloseWriteAsync(_cancellation);

        var frames = await peer.ReadUntilAsync(frame => (frame.Flags & FrameFlags.Fin) != 0);

        Assert.Equal("all"u8.ToArray(), frames[^2].Body);
        Assert.True(frames[^1] is { Type: FrameType.WindowUpdate, Length: 0 });
    }

    [Fact]
    public async Task Output_completed_without_a_flush_still_sends_what_was_written()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        "unflushed"u8.CopyTo(stream.Output.GetSpan());
        stream.Output.Advance(9);

        await stream.Output.CompleteAsync();

        Assert.Equal("unflushed"u8.ToArray(), (await peer.ReadAsync()).Body);
    }

    [Fact]
    public async Task Output_completed_with_an_error_resets_the_stream()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync("half"u8.ToArray(), _cancellation);
        await peer.ReadAsync();

        await stream.Output.CompleteAsync(new IOException("The source failed."));

        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Rst, Length: 0 });
        Assert.True(stream.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task A_reset_carries_its_code()
    {
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);
        var stream = await peer.AcceptAsync();

        stream.Reset(0x1003);

        Assert.Equal(0x1003u, (await peer.ReadUntilAsync(frame => frame.Flags == FrameFlags.Rst))[^1].Length);
        var error = await Assert.ThrowsAsync<StreamResetException>(() => stream.ReadExactlyAsync(1, _cancellation));
        Assert.Equal((0x1003u, false), (error.Code, error.IsRemote));
    }

    [Fact]
    public async Task The_ack_leaves_when_the_stream_is_accepted()
    {
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);
        Assert.Empty(await peer.ReadAllUpToNowAsync());

        await peer.AcceptAsync();

        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Ack, StreamId: 2, Length: 0 });
    }

    [Fact]
    public async Task A_larger_window_is_announced_with_the_syn_and_the_ack()
    {
        await using var peer = RawPeer.Start(options: new() { WindowBytes = 3 * Window });
        var opened = await peer.Session.OpenStreamAsync(_cancellation);
        await opened.Output.WriteAsync("x"u8.ToArray(), _cancellation);
        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Syn, Length: 2 * Window });
        Assert.True(await peer.ReadAsync() is { Type: FrameType.Data, Flags: FrameFlags.None, Length: 1 });

        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);
        await peer.AcceptAsync();

        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Ack, Length: 2 * Window });
    }

    [Fact]
    public async Task Window_of_the_syn_adds_to_the_first_window()
    {
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 1_000);
        var stream = await peer.AcceptAsync();
        var writing = stream.Output.WriteAsync(new byte[2 * Window], _cancellation).AsTask();

        var sent = 0;
        while (sent < Window + 1_000)
            sent += (await peer.ReadAsync()).Body.Length;

        Assert.Equal(Window + 1_000, sent);
        Assert.Empty(await peer.ReadAllUpToNowAsync());
        Assert.False(writing.IsCompleted);
        stream.Reset();
        await Assert.ThrowsAsync<StreamResetException>(() => writing);
    }

    [Fact]
    public async Task More_data_than_the_window_ends_the_session()
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, new byte[Window], FrameFlags.Syn);

        await peer.SendDataAsync(2, new byte[1]);

        await AssertGoAwayAsync(peer, YamuxErrorCode.ProtocolError);
    }

    [Theory]
    [InlineData("010000000000000100000000")] // version 1
    [InlineData("000400000000000100000000")] // type 4
    [InlineData("000000010000000000000000")] // data on stream 0
    [InlineData("000100010000000000000000")] // window update on stream 0
    public async Task A_malformed_frame_ends_the_session(string frame)
    {
        await using var peer = RawPeer.Start();

        await peer.SendAsync(Convert.FromHexString(frame));

        await AssertGoAwayAsync(peer, YamuxErrorCode.ProtocolError);
    }

    [Fact]
    public async Task Unknown_flags_and_unasked_pongs_are_ignored()
    {
        await using var peer = RawPeer.Start();

        await peer.SendAsync(FrameType.Ping, FrameFlags.Ack, 0, 123_456);
        await peer.SendAsync(FrameType.Ping, FrameFlags.None, 0, 1);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn | (FrameFlags)0xfff0, 2, 0);

        Assert.Equal(2u, (await peer.AcceptAsync()).Id);
    }

    [Fact]
    public async Task A_second_ack_and_a_window_update_after_the_peers_fin_are_ignored()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync("x"u8.ToArray(), _cancellation);
        await peer.ReadAsync();

        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Ack | FrameFlags.Fin, 1, 0);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Ack, 1, 1);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Fin, 1, 1);

        Assert.Empty(await stream.ReadToEndAsync(_cancellation));
        await stream.Output.WriteAsync("y"u8.ToArray(), _cancellation);
        Assert.Equal("y"u8.ToArray(), (await peer.ReadAsync()).Body);
    }

    [Fact]
    public async Task Data_after_the_peers_fin_resets_the_stream()
    {
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn | FrameFlags.Fin, 2, 0);

        await peer.SendDataAsync(2, "x"u8.ToArray());

        Assert.Equal((uint)YamuxErrorCode.ProtocolViolation, (await peer.ReadUntilAsync(frame => frame.Flags == FrameFlags.Rst))[^1].Length);
        Assert.False(peer.Session.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task A_ping_is_answered_with_its_value()
    {
        await using var peer = RawPeer.Start();

        await peer.SendAsync(FrameType.Ping, FrameFlags.Syn, 0, 0xdeadbeef);

        Assert.True(await peer.ReadAsync() is { Type: FrameType.Ping, Flags: FrameFlags.Ack, StreamId: 0, Length: 0xdeadbeef });
    }

    [Fact]
    public async Task The_first_frame_is_a_ping_and_later_ones_share_it_while_it_is_under_way()
    {
        await using var peer = RawPeer.Start();
        var first = await peer.ReadAnyAsync();
        var pings = new[] { peer.Session.PingAsync(_cancellation).AsTask(), peer.Session.PingAsync(_cancellation).AsTask() };

        await peer.SendAsync(FrameType.Ping, FrameFlags.Ack, 0, first.Length);

        Assert.All(await Deadline.Within(Task.WhenAll(pings), "the round trip"), roundTrip => Assert.True(roundTrip > TimeSpan.Zero));
        var next = peer.Session.PingAsync(_cancellation).AsTask();
        Assert.NotEqual(first.Length, (await peer.ReadAnyAsync()).Length);
        peer.Break();
        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(next, "the end of the session"));
    }

    [Fact]
    public async Task A_go_away_of_the_peer_fails_the_streams_but_leaves_finished_data_readable()
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, "complete"u8.ToArray(), FrameFlags.Syn | FrameFlags.Fin);
        await peer.SendDataAsync(4, "incomplete"u8.ToArray(), FrameFlags.Syn);
        var (complete, incomplete) = (await peer.AcceptAsync(), await peer.AcceptAsync());

        await peer.SendAsync(FrameType.GoAway, FrameFlags.None, 0, 0);
        await Deadline.Until(() => peer.Session.Closed.IsCancellationRequested, "the end of the session");

        Assert.Equal("complete"u8.ToArray(), await complete.ReadToEndAsync(_cancellation));
        await Assert.ThrowsAsync<ConnectionResetException>(() => incomplete.ReadToEndAsync(_cancellation));
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await complete.Output.WriteAsync("x"u8.ToArray(), _cancellation));
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await peer.Session.OpenStreamAsync(_cancellation));
        Assert.Null(await peer.Session.AcceptStreamAsync(_cancellation));
        Assert.Null(peer.Session.Error);
        Assert.Equal(0, peer.Session.StreamCount);
    }

    [Fact]
    public async Task A_go_away_with_a_code_is_the_error_of_the_session()
    {
        await using var peer = RawPeer.Start();

        await peer.SendAsync(FrameType.GoAway, FrameFlags.None, 0, 2);
        await Deadline.Until(() => peer.Session.Closed.IsCancellationRequested, "the end of the session");

        Assert.Equal(YamuxErrorCode.InternalError, Assert.IsType<YamuxGoAwayException>(peer.Session.Error).Code);
    }

    [Fact]
    public async Task Closing_sends_what_was_flushed_and_then_a_go_away()
    {
        await using var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync(new byte[100_000], _cancellation);
        await stream.Output.CompleteAsync();

        var closing = peer.Session.CloseAsync(YamuxErrorCode.Shutdown).AsTask();
        var frames = await peer.ReadUntilAsync(frame => frame.Type == FrameType.GoAway);
        await peer.ReadToEndAsync();
        await Deadline.Within(closing, "the end of the session");

        Assert.Equal(100_000, frames.Sum(frame => frame.Body.Length));
        Assert.Equal((uint)YamuxErrorCode.Shutdown, frames[^1].Length);
        Assert.Contains(frames, frame => (frame.Flags & FrameFlags.Fin) != 0);
        Assert.Null(peer.Session.Error);
    }

    [Fact]
    public async Task Closing_is_cut_short_when_the_peer_takes_nothing()
    {
        await using var peer = RawPeer.Start(options: new() { CloseTimeout = TimeSpan.FromMilliseconds(50) }, capacityBytes: 1);
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync(new byte[100_000], _cancellation);

        await Deadline.Within(peer.Session.CloseAsync(YamuxErrorCode.Normal).AsTask(), "the end of the session");

        Assert.True(peer.Session.Closed.IsCancellationRequested);
        Assert.True(stream.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Disposing_wakes_everything_that_waits()
    {
        var peer = RawPeer.Start();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        var reading = stream.Input.ReadAsync(_cancellation).AsTask();
        var writing = stream.Output.WriteAsync(new byte[2 * Window], _cancellation).AsTask();
        var accepting = peer.Session.AcceptStreamAsync(_cancellation).AsTask();
        var pinging = peer.Session.PingAsync(_cancellation).AsTask();

        await Deadline.Within(peer.DisposeAsync().AsTask(), "the session to be disposed of");

        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(reading, "the read"));
        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(writing, "the write"));
        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(pinging, "the ping"));
        Assert.Null(await Deadline.Within(accepting, "the accept"));
        await peer.Session.DisposeAsync();
    }

    [Fact]
    public async Task A_session_never_started_can_be_disposed_of()
    {
        var pipes = new PipePair();
        var session = new YamuxSession(pipes.A, true, new(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);

        await session.DisposeAsync();

        Assert.True((await pipes.B.Input.ReadAsync(_cancellation)).IsCompleted);
    }

    [Fact]
    public async Task A_silent_peer_is_lost_after_the_keep_alive_timeout()
    {
        var time = new FakeTimeProvider();
        await using var peer = RawPeer.Start(time: time);
        var first = await peer.ReadAnyAsync();
        await peer.SendAsync(FrameType.Ping, FrameFlags.Ack, 0, first.Length);

        await Deadline.Until(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return peer.Session.Closed.IsCancellationRequested;
            },
            "the keep-alive to notice");

        Assert.IsType<TimeoutException>(peer.Session.Error);
    }

    [Fact]
    public async Task A_peer_that_answers_pings_is_kept_and_pinged_at_the_interval()
    {
        var time = new FakeTimeProvider();
        await using var peer = RawPeer.Start(time: time);
        var pings = new List<uint>();
        var pingedAt = new List<TimeSpan>();
        while (pings.Count < 6)
        {
            var frame = peer.ReadAnyAsync();
            await Deadline.Until(
                () =>
                {
                    if (!frame.IsCompleted && pings.Count >= 3)
                        time.Advance(TimeSpan.FromSeconds(1));
                    return frame.IsCompleted;
                },
                "the next ping");
            pings.Add((await frame).Length);
            pingedAt.Add(time.GetUtcNow() - time.Start);
            await peer.SendAsync(FrameType.Ping, FrameFlags.Ack, 0, pings[^1]);
        }

        Assert.False(peer.Session.Closed.IsCancellationRequested);
        Assert.Equal(6, pings.Distinct().Count());
        Assert.Equal(TimeSpan.Zero, pingedAt[2]); // Three at once, for the first round trip of a process is slow.
        Assert.True(pingedAt[5] >= TimeSpan.FromSeconds(3 * 30), $"The last of three more came after {pingedAt[5]}.");
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_is_lost_although_it_sends()
    {
        await using var peer = RawPeer.Start(options: new() { KeepAliveTimeout = TimeSpan.FromMilliseconds(100) }, capacityBytes: 1);
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync(new byte[1_000], _cancellation);
        var sending = Task.CompletedTask;

        await Deadline.Until(
            () =>
            {
                if (sending.IsCompleted)
                    sending = peer.SendAsync(FrameType.Ping, FrameFlags.Syn, 0, 1);
                return peer.Session.Closed.IsCancellationRequested;
            },
            "the keep-alive to notice");

        Assert.True(peer.Session.Error is TimeoutException, $"{peer.Session.Error}");
    }

    [Fact]
    public async Task Headers_and_bodies_arrive_whole_however_the_transport_cuts_them()
    {
        await using var peer = RawPeer.Start();
        var bytes = new byte[FrameHeader.Size + 5 + FrameHeader.Size];
        new FrameHeader(FrameType.Data, FrameFlags.Syn, 2, 5).Write(bytes);
        "split"u8.CopyTo(bytes.AsSpan(FrameHeader.Size));
        new FrameHeader(FrameType.WindowUpdate, FrameFlags.Fin, 2, 0).Write(bytes.AsSpan(FrameHeader.Size + 5));

        foreach (var single in bytes)
            await peer.SendAsync(new[] { single });

        Assert.Equal("split"u8.ToArray(), await (await peer.AcceptAsync()).ReadToEndAsync(_cancellation));
    }

    [Fact]
    public void A_header_is_twelve_bytes_big_endian()
    {
        var bytes = new byte[FrameHeader.Size];
        var header = new FrameHeader(FrameType.WindowUpdate, FrameFlags.Syn | FrameFlags.Rst, 0x01020304, 0xa0b0c0d0);
        header.Write(bytes);

        Assert.Equal("00010009" + "01020304" + "A0B0C0D0", Convert.ToHexString(bytes));
        Assert.Equal(header, FrameHeader.Read(bytes));
        Assert.Equal(0xa0b0c0d0, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)));
    }

    private static async Task AssertGoAwayAsync(RawPeer peer, YamuxErrorCode code)
    {
        var frames = await peer.ReadUntilAsync(frame => frame.Type == FrameType.GoAway);
        await peer.ReadToEndAsync();

        Assert.Equal((uint)code, frames[^1].Length);
    }
}
