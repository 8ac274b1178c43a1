using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// The writer: collects what waits (control frames first, then the streams in turn) into the transport's output and flushes it once per burst, so that
/// a secure channel encrypts and sends it as one.
/// </summary>
internal sealed partial class YamuxSession
{
    /// <summary>
    /// How much goes into one flush: the most plaintext one Noise frame holds, so that a full burst is one frame there, and a heartbeat waits
    /// for no more than that behind a bulk transfer.
    /// </summary>
    private const int MaxBurstBytes = 65_519;

    /// <summary>A burst with less room than this is full: a sliver of data would cost more than it brings.</summary>
    private const int MinRoomBytes = 1_024;

    private readonly WriterSignal _signal = new();
    private bool _isWriterParked;

    // What the last burst was like, to choose where the next one runs.
    private int _streamsInBurst;
    private bool _hasReceivedSinceBurst;

    // When the flush under way began; 0 while there is none. For the keep-alive.
    private long _flushingSince;

    /// <summary>
    /// Wakes the writer for data that the application flushed: on the calling thread where that saves a thread switch, on the pool where it would cost more
    /// than it saves. A request or an answer on an otherwise quiet connection is the former. When several streams write at once, or one goes on and on, a
    /// writer that starts a moment later finds more to send in one go.
    /// </summary>
    internal void WakeAfterFlush()
    {
        if (Volatile.Read(ref _streamsInBurst) <= 1 && Volatile.Read(ref _hasReceivedSinceBurst))
            _signal.WakeInline();
        else
            _signal.WakeOnPool();
    }

    internal void WakeOnPool() => _signal.WakeOnPool();

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the transport throws ends the session with that reason.")]
    private async Task WriteLoopAsync()
    {
        try
        {
            var output = _transport.Output;
            var isInline = false;
            while (!TryFinish(out var hasWork))
            {
                if (!hasWork)
                {
                    isInline = await _signal.WaitAsync().ConfigureAwait(false);
                }
                else if (isInline)
                {
                    // One burst is what the thread that woke the writer pays; the rest is the pool's.
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                    isInline = false;
                }

                if (WriteBurst(output))
                    await FlushAsync(output).ConfigureAwait(false);
            }

            if (WriteGoAway(output))
                await FlushAsync(output).ConfigureAwait(false);
            End(error: null, goAway: null);
        }
        catch (Exception e)
        {
            End(e, goAway: null);
        }
    }

    /// <summary>
    /// True: the writer has nothing more to do, ever, but a go-away perhaps. Else: whether there is work; without any, the writer counts as
    /// parked, and whoever brings work wakes it.
    /// </summary>
    private bool TryFinish(out bool hasWork)
    {
        lock (Gate)
        {
            hasWork = !_queue.IsEmptyButForGoAway;
            if (IsOver || (!hasWork && _queue.HasGoAway))
                return true;

            if (!hasWork)
            {
                _signal.Arm();
                _isWriterParked = true;
            }

            return false;
        }
    }

    /// <summary>Gate held. True, once, if the writer sleeps: the caller has to wake it after leaving the gate.</summary>
    private bool TakeWake()
    {
        var mustWake = _isWriterParked;
        _isWriterParked = false;
        return mustWake;
    }

    /// <summary>Writes what waits, up to the size of a burst. False: there was nothing.</summary>
    private bool WriteBurst(PipeWriter output)
    {
        var bytes = 0;
        _streamsInBurst = 0;
        Volatile.Write(ref _hasReceivedSinceBurst, false);
        lock (Gate)
            _queue.BeginBurst();
        while (MaxBurstBytes - bytes is var room and >= MinRoomBytes)
        {
            var written = WriteNext(output, room);
            if (written == 0)
                break;
            bytes += written;
        }

        return bytes > 0;
    }

    private int WriteNext(PipeWriter output, int roomBytes)
    {
        FrameHeader control;
        YamuxStream? stream;
        StreamTurn turn = default;
        lock (Gate)
        {
            if (_queue.TryTakeControl(Time, out control))
            {
                stream = null;
            }
            else
            {
                stream = _queue.TakeStream();
                if (stream is null)
                    return 0;
                turn = stream.BeginTurn(Math.Min(Options.MaxFrameBytes, roomBytes - (3 * FrameHeader.Size)));
                stream.LastBurst = _queue.Burst;
            }
        }

        if (stream is null)
        {
            FrameHeader.Write(output, control);
            return FrameHeader.Size;
        }

        _streamsInBurst++;
        stream.Write(turn, output);
        stream.EndTurn(turn);
        // A turn that turned out empty still counts, or the burst would end before the streams behind it.
        return Math.Max(turn.FrameBytes, 1);
    }

    private bool WriteGoAway(PipeWriter output)
    {
        FrameHeader goAway;
        lock (Gate)
        {
            if (!_queue.TryTakeGoAway(out goAway))
                return false;
        }

        FrameHeader.Write(output, goAway);
        return true;
    }

    private ValueTask FlushAsync(PipeWriter output)
    {
        Volatile.Write(ref _flushingSince, Math.Max(Time.GetTimestamp(), 1));
        var flushing = output.FlushAsync(_stopWriting.Token);
        if (!flushing.IsCompletedSuccessfully)
            return AwaitFlushAsync(flushing);

        EndFlush(flushing.Result);
        return ValueTask.CompletedTask;
    }

    [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitFlushAsync(ValueTask<FlushResult> flushing) => EndFlush(await flushing.ConfigureAwait(false));

    private void EndFlush(FlushResult result)
    {
        Volatile.Write(ref _flushingSince, 0);
        if (result.IsCompleted || result.IsCanceled)
            throw new ConnectionResetException("The connection takes nothing more.");
    }
}
