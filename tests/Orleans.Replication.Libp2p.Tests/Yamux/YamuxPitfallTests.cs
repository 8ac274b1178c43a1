using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>The ways in which yamux implementations hung or broke; one test or more for each.</summary>
public sealed class YamuxPitfallTests
{
    private const int Window = YamuxOptions.ProtocolWindowBytes;

    private readonly CancellationToken _cancellation = Deadline.Token();

    public enum WakeUp
    {
        WindowUpdate,
        RemoteReset,
        LocalReset,
        GoAway,
        ConnectionLoss,
        Cancellation,
    }

    [Fact]
    public async Task Pitfall_1_The_read_loop_goes_on_while_the_peer_takes_nothing()
    {
        await using var peer = RawPeer.Start(capacityBytes: 1_024);
        var stuck = await peer.Session.OpenStreamAsync(_cancellation);
        var writing = stuck.Output.WriteAsync(new byte[Window], _cancellation).AsTask();

        // Each of these asks for an answer that cannot leave.
        for (uint i = 0; i < 1_000; i++)
            await Deadline.Within(peer.SendAsync(FrameType.Ping, FrameFlags.Syn, 0, i), "the session to take a ping");
        await Deadline.Within(peer.SendDataAsync(2, "still reading"u8.ToArray(), FrameFlags.Syn), "the session to take data");

        var accepted = await peer.AcceptAsync();
        Assert.Equal("still reading"u8.ToArray(), await accepted.ReadExactlyAsync(13, _cancellation));
        Assert.False(writing.IsCompleted);
    }

    [Fact]
    public async Task Pitfall_1_A_peer_that_asks_for_more_pongs_than_it_takes_gets_a_few()
    {
        const uint Asked = 1_000;
        await using var peer = RawPeer.Start(capacityBytes: 1_024);
        var stuck = await peer.Session.OpenStreamAsync(_cancellation);
        var writing = stuck.Output.WriteAsync(new byte[Window], _cancellation).AsTask();

        for (uint i = 1; i <= Asked; i++)
            await Deadline.Within(peer.SendAsync(FrameType.Ping, FrameFlags.Syn, 0, i), "the session to take a ping");
        // The session has taken all of them once it shows the stream that came behind them.
        await peer.SendDataAsync(2, "behind"u8.ToArray(), FrameFlags.Syn);
        await peer.AcceptAsync();
        var unread = Window;
        var frames = await peer.ReadUntilAsync(frame => (unread -= frame.Body.Length) == 0);
        await writing;
        frames.AddRange(await peer.ReadAllUpToNowAsync());

        // What the writer had taken when it got stuck, and what the queue holds.
        Assert.InRange(frames.Count(frame => frame is { Type: FrameType.Ping, Flags: FrameFlags.Ack }), 1, 64);
    }

    [Fact]
    public async Task Pitfall_1_Both_sides_write_more_than_the_connection_holds_and_neither_hangs()
    {
        await using var pair = SessionPair.Start(capacityBytes: 512);
        var (dialled, accepted) = await pair.OpenAsync(_cancellation);
        var bytes = new byte[2 * 1024 * 1024];

        var writes = Task.WhenAll(WriteAndCloseAsync(dialled, bytes), WriteAndCloseAsync(accepted, bytes));
        var reads = await Task.WhenAll(dialled.ReadToEndAsync(_cancellation), accepted.ReadToEndAsync(_cancellation));
        await writes;

        Assert.All(reads, read => Assert.Equal(bytes.Length, read.Length));
    }

    [Fact]
    public async Task Pitfall_2_Credit_returns_when_the_application_has_read_not_when_bytes_arrive()
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, new byte[Window], FrameFlags.Syn);
        var stream = await peer.AcceptAsync();

        var before = await peer.ReadAllUpToNowAsync();
        await stream.ReadExactlyAsync(Window, _cancellation);
        var update = await peer.ReadAsync();

        Assert.All(before, frame => Assert.True(frame is { Type: FrameType.WindowUpdate, Flags: FrameFlags.Ack, Length: 0 }));
        Assert.True(update is { Type: FrameType.WindowUpdate, StreamId: 2, Length: >= Window / 2 });
    }

    [Fact]
    public async Task Pitfall_2_Windows_grow_only_as_far_as_the_budget_of_the_connection()
    {
        // The demand of readers that look at everything without consuming it makes windows grow regardless of round trips.
        await using var peer = RawPeer.Start(options: new() { MaxConnectionWindowBytes = Window });
        var first = await SendWindowAndExamineAsync(peer, 2);
        await peer.ReadUntilAsync(frame => frame is { StreamId: 2, Length: Window });

        var second = await SendWindowAndExamineAsync(peer, 4);
        var reset = (await peer.ReadUntilAsync(frame => frame.StreamId == 4 && (frame.Flags & FrameFlags.Rst) != 0))[^1];

        Assert.Equal((uint)YamuxErrorCode.ResourceLimitExceeded, reset.Length);
        first.Reset();
        await peer.ReadUntilAsync(frame => frame.StreamId == 2 && (frame.Flags & FrameFlags.Rst) != 0);
        await SendWindowAndExamineAsync(peer, 6);
        await peer.ReadUntilAsync(frame => frame is { StreamId: 6, Length: Window });
        Assert.True(second.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Pitfall_3_Updates_come_at_half_a_window_and_add_up_while_they_wait()
    {
        await using var peer = RawPeer.Start(options: new() { MaxWindowBytes = Window }, capacityBytes: 16);
        await peer.SendDataAsync(2, new byte[Window], FrameFlags.Syn);
        var stream = await peer.AcceptAsync();
        // The connection is full now with the ping and the acknowledgement, so nothing else leaves before the peer reads.
        await stream.ReadExactlyAsync((Window / 2) - 1, _cancellation);
        await stream.ReadExactlyAsync(1, _cancellation);
        await peer.SendDataAsync(2, new byte[Window / 2]);
        await stream.ReadExactlyAsync(Window, _cancellation);

        var frames = await peer.ReadAllUpToNowAsync();

        var updates = frames.Where(frame => frame is { Type: FrameType.WindowUpdate, Length: > 0 }).ToList();
        Assert.Equal(Window + (Window / 2), updates.Sum(frame => frame.Length));
        Assert.InRange(updates.Count, 1, 2);
    }

    [Theory]
    [InlineData(WakeUp.WindowUpdate)]
    [InlineData(WakeUp.RemoteReset)]
    [InlineData(WakeUp.LocalReset)]
    [InlineData(WakeUp.GoAway)]
    [InlineData(WakeUp.ConnectionLoss)]
    [InlineData(WakeUp.Cancellation)]
    public async Task Pitfall_4_A_writer_without_window_wakes_on(WakeUp wakeUp)
    {
        await using var peer = RawPeer.Start();
        using var cancel = new CancellationTokenSource();
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        var writing = stream.Output.WriteAsync(new byte[Window * 2], cancel.Token).AsTask();
        for (var taken = 0; taken < Window;)
            taken += (await peer.ReadAsync()).Body.Length;
        Assert.Empty(await peer.ReadAllUpToNowAsync());
        Assert.False(writing.IsCompleted);

        switch (wakeUp)
        {
            case WakeUp.WindowUpdate:
                await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.None, stream.Id, Window);
                Assert.False((await Deadline.Within(writing, "the flush")).IsCompleted);
                break;
            case WakeUp.RemoteReset:
                await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Rst, stream.Id, 7);
                var remote = await Assert.ThrowsAsync<StreamResetException>(() => Deadline.Within(writing, "the flush"));
                Assert.Equal((7u, true), (remote.Code, remote.IsRemote));
                break;
            case WakeUp.LocalReset:
                stream.Reset(9);
                var local = await Assert.ThrowsAsync<StreamResetException>(() => Deadline.Within(writing, "the flush"));
                Assert.Equal((9u, false), (local.Code, local.IsRemote));
                break;
            case WakeUp.GoAway:
                await peer.SendAsync(FrameType.GoAway, FrameFlags.None, 0, 0);
                await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(writing, "the flush"));
                break;
            case WakeUp.ConnectionLoss:
                peer.Break();
                await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(writing, "the flush"));
                break;
            case WakeUp.Cancellation:
                await cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Deadline.Within(writing, "the flush"));
                break;
        }
    }

    [Fact]
    public async Task Pitfall_5_Disposing_of_a_stream_with_unread_data_resets_it()
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, "unread"u8.ToArray(), FrameFlags.Syn);
        var stream = await peer.AcceptAsync();

        await stream.DisposeAsync();

        var frames = await peer.ReadUntilAsync(frame => (frame.Flags & FrameFlags.Rst) != 0);
        Assert.DoesNotContain(frames, frame => (frame.Flags & FrameFlags.Fin) != 0);
    }

    [Fact]
    public async Task Pitfall_5_Data_for_a_disposed_stream_resets_it()
    {
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);
        var stream = await peer.AcceptAsync();
        await stream.DisposeAsync();
        await peer.ReadUntilAsync(frame => (frame.Flags & FrameFlags.Fin) != 0);

        await peer.SendDataAsync(2, "too late"u8.ToArray());

        var reset = await peer.ReadAsync();
        Assert.True(reset is { StreamId: 2, Flags: FrameFlags.Rst });
    }

    [Fact]
    public async Task Pitfall_5_A_disposed_stream_whose_peer_gives_no_credit_is_reset_in_time()
    {
        await using var peer = RawPeer.Start(options: new() { StreamCloseTimeout = TimeSpan.FromMilliseconds(50) });
        var stream = await peer.Session.OpenStreamAsync(_cancellation);
        await stream.Output.WriteAsync(new byte[Window + 1], _cancellation);

        await stream.DisposeAsync();

        await peer.ReadUntilAsync(frame => (frame.Flags & FrameFlags.Rst) != 0);
        await Deadline.Until(() => peer.Session.StreamCount == 0, "the session to forget the stream");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pitfall_6_Fin_counts_on_data_and_on_window_updates(bool onUpdate)
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, "last"u8.ToArray(), onUpdate ? FrameFlags.Syn : FrameFlags.Syn | FrameFlags.Fin);
        if (onUpdate)
            await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Fin, 2, 0);

        var stream = await peer.AcceptAsync();

        Assert.Equal("last"u8.ToArray(), await stream.ReadToEndAsync(_cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pitfall_6_Rst_counts_on_data_and_on_window_updates(bool onUpdate)
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, "dropped"u8.ToArray(), FrameFlags.Syn);
        var stream = await peer.AcceptAsync();
        if (onUpdate)
            await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Rst, 2, 0x1007);
        else
            await peer.SendDataAsync(2, "a body that is skipped"u8.ToArray(), FrameFlags.Rst);

        await Deadline.Until(() => stream.Closed.IsCancellationRequested, "the reset");

        var error = await Assert.ThrowsAsync<StreamResetException>(() => stream.ReadToEndAsync(_cancellation));
        Assert.Equal(onUpdate ? 0x1007u : 0u, error.Code);
        Assert.DoesNotContain(await peer.ReadAllUpToNowAsync(), frame => frame.Flags != FrameFlags.Ack);
    }

    [Fact]
    public async Task Pitfall_6_Window_updates_go_on_after_this_side_has_finished()
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(2, new byte[Window], FrameFlags.Syn);
        var stream = await peer.AcceptAsync();
        await stream.CloseWriteAsync(_cancellation);
        await peer.ReadUntilAsync(frame => (frame.Flags & FrameFlags.Fin) != 0);

        await stream.ReadExactlyAsync(Window, _cancellation);

        Assert.True(await peer.ReadAsync() is { Type: FrameType.WindowUpdate, Length: > 0, Flags: FrameFlags.None });
    }

    [Fact]
    public async Task Pitfall_7_A_heartbeat_waits_for_one_burst_of_a_bulk_transfer_at_most()
    {
        await using var peer = RawPeer.Start(capacityBytes: 1);
        var bulk = await peer.Session.OpenStreamAsync(_cancellation);
        await bulk.Output.WriteAsync(new byte[100 * 1024], _cancellation);
        var heartbeat = await peer.Session.OpenStreamAsync(_cancellation);
        await heartbeat.Output.WriteAsync("alive"u8.ToArray(), _cancellation);

        var frames = await peer.ReadUntilAsync(frame => frame.StreamId == heartbeat.Id);

        Assert.True(frames.Sum(frame => frame.Body.Length) <= 65_519 + 5, $"{frames.Count} frames came before the heartbeat.");
    }

    [Fact]
    public async Task Pitfall_7_Bulk_streams_take_turns_frame_by_frame()
    {
        await using var peer = RawPeer.Start(capacityBytes: 1);
        for (var i = 0; i < 3; i++)
        {
            var bulk = await peer.Session.OpenStreamAsync(_cancellation);
            await bulk.Output.WriteAsync(new byte[100 * 1024], _cancellation);
        }

        var frames = new List<RawFrame>();
        while (frames.Sum(frame => frame.Body.Length) < 3 * 100 * 1024)
            frames.Add(await peer.ReadAsync());

        Assert.All(frames, frame => Assert.InRange(frame.Body.Length, 1, 32 * 1024));
        // At most one burst went out before the others came.
        var turns = frames.SkipWhile(frame => frame.StreamId == frames[0].StreamId).ToList();
        Assert.InRange(frames.Count - turns.Count, 1, 3);
        Assert.All(turns.Take(6).Chunk(3), round => Assert.Equal(3, round.Select(frame => frame.StreamId).Distinct().Count()));
    }

    [Fact]
    public async Task Pitfall_7_Small_frames_of_many_streams_leave_in_one_flush()
    {
        await using var peer = RawPeer.Start(capacityBytes: 1);
        var first = await peer.Session.OpenStreamAsync(_cancellation);
        await first.Output.WriteAsync("fills the connection"u8.ToArray(), _cancellation);
        for (var i = 0; i < 100; i++)
        {
            var stream = await peer.Session.OpenStreamAsync(_cancellation);
            await stream.Output.WriteAsync("x"u8.ToArray(), _cancellation);
        }

        // The connection holds one flush at a time: 100 frames in a second or third one.
        var flushes = await peer.CountFlushesAsync(frames: 101);

        Assert.InRange(flushes, 1, 3);
    }

    [Fact]
    public async Task Pitfall_8_Frames_for_unknown_ids_are_skipped_with_their_bodies()
    {
        await using var peer = RawPeer.Start();
        await peer.SendDataAsync(77, new byte[300_000]);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.None, 78, 5);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Fin, 79, 0);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Rst, 80, 0);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Ack, 81, 0);

        Assert.Empty(await peer.ReadAllUpToNowAsync());
        Assert.False(peer.Session.Closed.IsCancellationRequested);
    }

    [Theory]
    [InlineData(true, 3u)]
    [InlineData(false, 4u)]
    public async Task Pitfall_8_A_syn_with_an_id_of_this_side_ends_the_session(bool initiator, uint id)
    {
        await using var peer = RawPeer.Start(initiator);

        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, id, 0);

        await AssertProtocolErrorAsync(peer);
    }

    [Fact]
    public async Task Pitfall_8_A_syn_with_a_live_id_ends_the_session()
    {
        await using var peer = RawPeer.Start();
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);

        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);

        await AssertProtocolErrorAsync(peer);
    }

    [Fact]
    public async Task Pitfall_9_Opening_waits_beyond_256_unacknowledged_streams()
    {
        await using var peer = RawPeer.Start();
        var streams = new List<YamuxStream>();
        for (var i = 0; i < 256; i++)
            streams.Add(await peer.Session.OpenStreamAsync(_cancellation));

        using var cancel = new CancellationTokenSource();
        var cancelled = peer.Session.OpenStreamAsync(cancel.Token).AsTask();
        var acknowledged = peer.Session.OpenStreamAsync(_cancellation).AsTask();
        Assert.False(cancelled.IsCompleted);
        Assert.False(acknowledged.IsCompleted);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Ack, streams[17].Id, 0);
        await Deadline.Within(acknowledged, "the next stream after an acknowledgement");

        var afterReset = peer.Session.OpenStreamAsync(_cancellation).AsTask();
        Assert.False(afterReset.IsCompleted);
        streams[18].Reset();
        await Deadline.Within(afterReset, "the next stream after a reset");

        var lost = peer.Session.OpenStreamAsync(_cancellation).AsTask();
        peer.Break();
        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(lost, "the end of the wait"));
    }

    [Fact]
    public async Task Pitfall_10_Streams_beyond_the_accept_backlog_are_refused()
    {
        await using var peer = RawPeer.Start(options: new() { AcceptBacklog = 2 });
        for (uint id = 2; id <= 8; id += 2)
            await peer.SendDataAsync(id, "hello"u8.ToArray(), FrameFlags.Syn);

        var refusals = await peer.ReadAllUpToNowAsync();

        Assert.Equal([6u, 8u], refusals.Where(frame => frame.Flags == FrameFlags.Rst).Select(frame => frame.StreamId));
        Assert.Equal(2, peer.Session.StreamCount);
    }

    [Fact]
    public async Task Pitfall_10_Streams_beyond_the_limit_are_refused_until_others_end()
    {
        await using var peer = RawPeer.Start(options: new() { MaxInboundStreams = 1 });
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 2, 0);
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 4, 0);
        Assert.True(await peer.ReadAsync() is { StreamId: 4, Flags: FrameFlags.Rst });

        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Rst, 2, 0);
        await Deadline.Until(() => peer.Session.StreamCount == 0, "the reset");
        await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, 6, 0);

        var accepted = await peer.AcceptAsync();
        Assert.Equal(6u, accepted.Id);
    }

    [Fact]
    public async Task Pitfall_10_A_peer_that_takes_no_refusals_is_cut_off()
    {
        await using var peer = RawPeer.Start(options: new() { MaxInboundStreams = 0, CloseTimeout = TimeSpan.FromMilliseconds(50) }, capacityBytes: 16);

        for (uint id = 2; id < 20_000 && !peer.Session.Closed.IsCancellationRequested; id += 2)
            await peer.SendAsync(FrameType.WindowUpdate, FrameFlags.Syn, id, 0);

        await Deadline.Until(() => peer.Session.Error is YamuxProtocolException, "the end of the session");
    }

    private async Task<YamuxStream> SendWindowAndExamineAsync(RawPeer peer, uint id)
    {
        await peer.SendDataAsync(id, new byte[Window], FrameFlags.Syn);
        var stream = await peer.AcceptAsync();
        while (true)
        {
            var read = await stream.Input.ReadAsync(_cancellation);
            stream.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.Buffer.Length == Window)
                return stream;
        }
    }

    private static async Task AssertProtocolErrorAsync(RawPeer peer)
    {
        var goAway = (await peer.ReadUntilAsync(frame => frame.Type == FrameType.GoAway))[^1];
        await peer.ReadToEndAsync();

        Assert.Equal((uint)YamuxErrorCode.ProtocolError, goAway.Length);
        Assert.IsType<YamuxProtocolException>(peer.Session.Error);
        await Deadline.Until(() => peer.Session.Closed.IsCancellationRequested, "the session to be closed");
    }

    private async Task WriteAndCloseAsync(YamuxStream stream, byte[] bytes)
    {
        await stream.Output.WriteAsync(bytes, _cancellation);
        await stream.CloseWriteAsync(_cancellation);
    }
}
