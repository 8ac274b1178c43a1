using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>
/// The other end of a session, driven frame by frame: it does exactly what the test says, right or wrong. It takes nothing from the connection
/// but when asked to read.
/// </summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly IDuplexPipe _pipe;

    private RawPeer(IDuplexPipe pipe, YamuxSession session)
    {
        _pipe = pipe;
        Session = session;
    }

    /// <summary>The session under test.</summary>
    public YamuxSession Session { get; }

    /// <param name="initiator">Whether the session under test dialled the connection.</param>
    /// <param name="options">The options of the session under test.</param>
    /// <param name="capacityBytes">What the connection holds per direction before its writer waits.</param>
    /// <param name="time">The session's time.</param>
    public static RawPeer Start(bool initiator = true, YamuxOptions? options = null, int capacityBytes = 1024 * 1024, TimeProvider? time = null)
    {
        var pipes = new PipePair(capacityBytes);
        var session = new YamuxSession(pipes.A, initiator, options ?? new(), NullLogger.Instance, time ?? TimeProvider.System);
        session.Start();
        return new(pipes.B, session);
    }

    public Task SendAsync(FrameType type, FrameFlags flags, uint streamId, uint length, ReadOnlyMemory<byte> body = default)
    {
        new FrameHeader(type, flags, streamId, length).Write(_pipe.Output.GetSpan(FrameHeader.Size));
        _pipe.Output.Advance(FrameHeader.Size);
        return SendAsync(body);
    }

    public Task SendDataAsync(uint streamId, ReadOnlyMemory<byte> body, FrameFlags flags = FrameFlags.None) =>
        SendAsync(FrameType.Data, flags, streamId, (uint)body.Length, body);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _pipe.Output.Write(bytes.Span);
        await _pipe.Output.FlushAsync();
    }

    /// <summary>The next stream that this peer opened, at the session under test.</summary>
    public async Task<YamuxStream> AcceptAsync()
    {
        var stream = await Deadline.Within(Session.AcceptStreamAsync().AsTask(), "a stream to accept");
        Assert.NotNull(stream);
        return stream;
    }

    /// <summary>The next frame of the session under test; pings are not shown but for <see cref="ReadAnyAsync"/>.</summary>
    public async Task<RawFrame> ReadAsync()
    {
        RawFrame frame;
        do
            frame = await ReadAnyAsync();
        while (frame.Type == FrameType.Ping && frame.Flags == FrameFlags.Syn);
        return frame;
    }

    /// <summary>The next frame of the session under test, pings included.</summary>
    public async Task<RawFrame> ReadAnyAsync()
    {
        var header = FrameHeader.Read(await ReadBytesAsync(FrameHeader.Size));
        var body = header.Type == FrameType.Data && header.Length > 0 ? await ReadBytesAsync((int)header.Length) : [];
        return new(header.Type, header.Flags, header.StreamId, header.Length, body);
    }

    /// <summary>Reads frames until one fits, and returns all up to it.</summary>
    public async Task<List<RawFrame>> ReadUntilAsync(Func<RawFrame, bool> last)
    {
        var frames = new List<RawFrame>();
        do
            frames.Add(await ReadAsync());
        while (!last(frames[^1]));
        return frames;
    }

    /// <summary>
    /// Reads what the session has to send: whatever is not among it was not due. Two pongs mark the end, for one overtakes the frames of streams that
    /// wait with it.
    /// </summary>
    public async Task<List<RawFrame>> ReadAllUpToNowAsync()
    {
        var frames = new List<RawFrame>();
        for (var i = 0; i < 2; i++)
        {
            var value = (uint)Random.Shared.Next();
            await SendAsync(FrameType.Ping, FrameFlags.Syn, 0, value);
            frames.AddRange(await ReadUntilAsync(frame => frame.Type == FrameType.Ping && frame.Flags == FrameFlags.Ack && frame.Length == value));
            frames.RemoveAt(frames.Count - 1);
        }

        return frames;
    }

    /// <summary>
    /// Takes so many data frames and says in how many pieces they came. On a connection that holds one byte, a piece is a flush.
    /// </summary>
    public async Task<int> CountFlushesAsync(int frames)
    {
        for (var flushes = 1; ; flushes++)
        {
            var read = await ReadPipeAsync();
            var rest = read.Buffer;
            while (rest.Length >= FrameHeader.Size)
            {
                var header = FrameHeader.Read(rest.Slice(0, FrameHeader.Size).ToArray());
                rest = rest.Slice(FrameHeader.Size + (header.Type == FrameType.Data ? header.Length : 0));
                frames -= header.Type == FrameType.Data ? 1 : 0;
            }

            _pipe.Input.AdvanceTo(read.Buffer.End);
            if (frames <= 0)
                return flushes;
        }
    }

    /// <summary>The connection breaks, as it does when a process is killed.</summary>
    public void Break()
    {
        _pipe.Output.Complete(new IOException("The connection was cut."));
        _pipe.Input.Complete(new IOException("The connection was cut."));
    }

    /// <summary>This peer sends nothing more.</summary>
    public void FinishSending() => _pipe.Output.Complete();

    /// <summary>Waits until the session has ended the connection.</summary>
    public async Task ReadToEndAsync()
    {
        while (true)
        {
            var read = await ReadPipeAsync();
            _pipe.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await _pipe.Output.CompleteAsync();
        await _pipe.Input.CompleteAsync();
    }

    /// <summary>The next bytes of the session under test.</summary>
    public async Task<byte[]> ReadBytesAsync(int bytes)
    {
        while (true)
        {
            var read = await ReadPipeAsync();
            if (read.Buffer.Length >= bytes)
            {
                var taken = read.Buffer.Slice(0, bytes).ToArray();
                _pipe.Input.AdvanceTo(read.Buffer.GetPosition(bytes));
                return taken;
            }

            _pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new EndOfStreamException("The session ended the connection.");
        }
    }

    private async Task<ReadResult> ReadPipeAsync() =>
        await Deadline.Within(_pipe.Input.ReadAsync().AsTask(), "a frame of the session");
}

internal sealed record RawFrame(FrameType Type, FrameFlags Flags, uint StreamId, uint Length, byte[] Body);
