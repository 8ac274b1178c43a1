using System.Buffers;
using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The sending half: called by <see cref="StreamOutput"/> for the application, by the read loop for credit, and by the session's writer.</summary>
internal sealed partial class YamuxStream
{
    private readonly Pipe _send;
    private bool _isSending;
    private bool _inTurn;
    private bool _synPending;
    private bool _synWanted;
    private bool _ackPending;
    private long _creditPending;
    private uint? _resetPending;
    private bool _outputCompleted;
    private bool _finSent;
    private TaskCompletionSource? _finished;

    // Flushed by the application and not sent.
    private long _unsentBytes;

    // What the peer still lets this side send.
    private long _sendWindowBytes = YamuxOptions.ProtocolWindowBytes;

    /// <summary>Gate held. Whether there is anything this stream can send now, and no turn of its under way (whose end looks again).</summary>
    internal bool IsReady
    {
        get
        {
            if (_inTurn || _isGone)
                return false;
            if (_resetPending is not null)
                return true;
            if (_failure is not null || (_synPending && !_synWanted && _unsentBytes == 0 && !_outputCompleted))
                return false;

            return _synPending || _ackPending || (_creditPending > 0 && _isAccepted && !_remoteFinished)
                || (_unsentBytes > 0 && _sendWindowBytes > 0)
                || (_outputCompleted && !_finSent && _unsentBytes == 0);
        }
    }

    /// <summary>
    /// Completes <see cref="Output"/> and waits until everything written to it, and the FIN, was handed to the connection. Cancelling gives up the
    /// wait only.
    /// </summary>
    /// <exception cref="StreamResetException">The stream was reset before.</exception>
    public ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        TaskCompletionSource finished;
        Exception? failure;
        bool isFinished;
        lock (_session.Gate)
        {
            finished = _finished ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            failure = _failure;
            isFinished = _finSent;
        }

        if (isFinished)
            finished.TrySetResult();
        else if (failure is not null)
            Fault(finished, failure);
        else
            _output.Complete();
        return new(finished.Task.WaitAsync(cancellationToken));
    }

    /// <summary>The application flushed its output: the writer runs on this very thread if it sleeps.</summary>
    internal void OnOutputFlushed(long bytes)
    {
        bool mustWake;
        lock (_session.Gate)
        {
            if (_failure is not null)
                return;

            _unsentBytes += bytes;
            mustWake = _session.Enqueue(this);
        }

        if (mustWake)
            _session.WakeAfterFlush();
    }

    internal void OnOutputCompleted(long bytes)
    {
        bool mustWake;
        lock (_session.Gate)
        {
            if (_failure is not null || _outputCompleted)
                return;

            _unsentBytes += bytes;
            _outputCompleted = true;
            mustWake = _session.Enqueue(this);
            _ = LeaveIfDone();
        }

        if (mustWake)
            _session.WakeOnPool();
    }

    /// <summary>The peer lets this side send more.</summary>
    internal void OnCredit(uint bytes)
    {
        bool mustWake;
        lock (_session.Gate)
        {
            if (_failure is not null)
                return;

            // No memory hangs on it, so an absurd sum is merely cut.
            _sendWindowBytes = Math.Min(_sendWindowBytes + bytes, uint.MaxValue);
            mustWake = _session.Enqueue(this);
        }

        if (mustWake)
            _session.WakeOnPool();
    }

    /// <summary>Gate held. What to send now; the writer then calls <see cref="Write"/> without the gate.</summary>
    internal StreamTurn BeginTurn(int maxFrameBytes)
    {
        _inTurn = true;
        if (_resetPending is { } code)
            return StreamTurn.Reset(code);
        if (_failure is not null)
            return default;

        var flags = (_synPending ? FrameFlags.Syn : FrameFlags.None) | (_ackPending ? FrameFlags.Ack : FrameFlags.None);
        var credit = _remoteFinished ? 0 : (uint)Math.Min(_creditPending, uint.MaxValue);
        var data = (int)Math.Min(Math.Min(_unsentBytes, _sendWindowBytes), maxFrameBytes);
        var isLast = _outputCompleted && !_finSent && data == _unsentBytes;
        _synPending = _synWanted = _ackPending = false;
        _creditPending = 0;
        _unsentBytes -= data;
        _sendWindowBytes -= data;
        _isSending = data > 0;
        return new(flags, credit, data, isLast);
    }

    /// <summary>Writes the frames of a turn. Called by the one writer, without the gate.</summary>
    internal void Write(in StreamTurn turn, PipeWriter output)
    {
        var flags = turn.Flags;
        if (turn.HasUpdate)
        {
            FrameHeader.Write(output, new(FrameType.WindowUpdate, flags, Id, turn.Credit));
            flags = FrameFlags.None;
        }

        if (turn.DataBytes > 0)
        {
            FrameHeader.Write(output, new(FrameType.Data, flags, Id, (uint)turn.DataBytes));
            WriteData(output, turn.DataBytes);
            flags = FrameFlags.None;
        }

        if (turn.IsLast)
            FrameHeader.Write(output, new(FrameType.WindowUpdate, flags | FrameFlags.Fin, Id, 0));
    }

    /// <summary>The turn was written: looks whether there is more, or whether this was all.</summary>
    internal void EndTurn(in StreamTurn turn)
    {
        Exception? failure;
        bool isSendOver;
        TaskCompletionSource? finished = null;
        CancellationTokenSource? closed = null;
        lock (_session.Gate)
        {
            _inTurn = false;
            failure = _failure;
            isSendOver = _isSending && failure is not null;
            _isSending = false;
            if (turn.IsReset)
            {
                _resetPending = null;
                Leave();
            }
            else if (turn.IsLast && failure is null)
            {
                _finSent = true;
                isSendOver = true;
                finished = _finished;
                closed = LeaveIfDone();
            }

            // The writer is awake: it looks at the queue again by itself.
            _session.EnqueueFromWriter(this);
        }

        if (isSendOver)
            _send.Reader.Complete(failure);
        finished?.TrySetResult();
        _session.Cancel(closed);
    }

    private static void Fault(TaskCompletionSource finished, Exception reason)
    {
        finished.TrySetException(reason);
        _ = finished.Task.Exception; // Whoever waited may have given up.
    }

    private void WriteData(PipeWriter output, int bytes)
    {
        if (!_send.Reader.TryRead(out var read))
            throw new InvalidOperationException($"Stream {Id} counts {bytes} bytes to send that its pipe does not hold.");

        var data = read.Buffer.Slice(0, bytes);
        foreach (var segment in data)
            output.Write(segment.Span);
        _send.Reader.AdvanceTo(data.End);
    }
}
