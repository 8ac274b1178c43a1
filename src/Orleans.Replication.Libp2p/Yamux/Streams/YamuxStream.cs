using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// One stream of a session. Completing <see cref="Output"/> finishes this direction (FIN); completing it with an error, or completing
/// <see cref="Input"/> while data is unread, resets the stream (RST). Reads and flushes of a stream that was reset throw
/// <see cref="StreamResetException"/>; when the session ended they throw a connection reset with the session's error inside.
/// </summary>
/// <remarks>
/// <see cref="Reset(uint)"/>, <see cref="Dispose"/> and <see cref="Closed"/> may be used from any thread, also while a read or a flush waits, which they wake; reading and
/// writing each belong to one caller at a time. The fields of all parts of this class are guarded by the session's gate unless said otherwise.
/// </remarks>
internal sealed partial class YamuxStream : IDuplexPipe, IDisposable, IAsyncDisposable
{
    private readonly YamuxSession _session;
    private readonly StreamInput _input;
    private readonly StreamOutput _output;
    private Exception? _failure;
    private CancellationTokenSource? _closedSource;
    private bool _isClosed;
    private bool _isGone;
    private bool _holdsAckSlot;
    private long _completedAt;

    // A place in one of the send queue's lists, and the burst of the last turn; for SendQueue.
    internal StreamList.Place Links;

    internal YamuxStream(YamuxSession session, uint id, bool isLocal)
    {
        _session = session;
        Id = id;
        IsLocal = isLocal;
        _window = new(session.Options.WindowBytes, session.Options.MaxWindowBytes, session.WindowBudget, session.Time);
        _receive = new(ReceivePipeOptions);
        _send = new(session.SendPipeOptions);
        _input = new(this, _receive.Reader);
        _output = new(this, _send.Writer);
        _synPending = isLocal;
        _holdsAckSlot = isLocal;
        _isAccepted = isLocal;
        // A window above the protocol's own is announced with the SYN or the ACK.
        _creditPending = session.Options.WindowBytes - YamuxOptions.ProtocolWindowBytes;
    }

    public uint Id { get; }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    /// <summary>Whether this side opened the stream.</summary>
    public bool IsLocal { get; }

    /// <summary>Fires when the stream was reset, the session ended, or both directions and both ends of it here are done.</summary>
    public CancellationToken Closed
    {
        get
        {
            lock (_session.Gate)
            {
                if (_closedSource is null && _isClosed)
                    return new(canceled: true);
                return (_closedSource ??= new()).Token;
            }
        }
    }

    internal long LastBurst { get; set; } = long.MinValue / 2;

    /// <summary>Ends the stream at once in both directions and tells the peer. Does not wait; does nothing when the stream is over.</summary>
    public void Reset(uint code = 0) => Reset(code, new StreamResetException(code, isRemote: false));

    /// <summary>As <see cref="Reset(uint)"/>, with an error for the reads and flushes of this side that says more than that there was a reset.</summary>
    public void Reset(uint code, Exception reason) => End(reason, code);

    /// <summary>
    /// Completes both ends, from any thread: RST if data is unread, else FIN, before which everything written is still sent, for at most
    /// <see cref="YamuxOptions.StreamCloseTimeout"/>. A read that waits fails. Does not wait.
    /// </summary>
    public void Dispose()
    {
        // Reading first: if that is a reset, no FIN may go before it and pass for a clean end.
        _input.Abandon();
        _output.Abandon();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the stream without telling the peer: it reset it, or the session is over.</summary>
    internal void Fail(Exception reason) => End(reason, resetCode: null);

    /// <summary>The stream's acceptor takes it. False: it is over already.</summary>
    internal bool TryAccept()
    {
        bool mustWake;
        lock (_session.Gate)
        {
            if (_failure is not null)
                return false;

            _isAccepted = true;
            _ackPending = true;
            mustWake = _session.Enqueue(this);
        }

        if (mustWake)
            _session.WakeOnPool();
        return true;
    }

    /// <summary>The peer acknowledged the stream.</summary>
    internal void OnAcknowledged()
    {
        lock (_session.Gate)
            ReturnAckSlot();
    }

    /// <summary>Whether both ends were completed here so long ago that the peer is not worth waiting for.</summary>
    internal bool HasLingered(TimeSpan limit)
    {
        lock (_session.Gate)
            return _completedAt != 0 && !_isGone && _failure is null && _session.Time.GetElapsedTime(_completedAt) >= limit;
    }

    private void End(Exception reason, uint? resetCode)
    {
        bool completeReceive, completeSend, abandoned, mustWake;
        CancellationTokenSource? closed;
        TaskCompletionSource? finished;
        lock (_session.Gate)
        {
            if (_session.IsOver && _resetPending is not null)
            {
                // The reset will not be sent any more: there is nothing left to stay for.
                _resetPending = null;
                Leave();
            }

            if (_failure is not null || _isGone)
                return;

            _failure = reason;
            // Whoever copies from or into a pipe at this moment completes it afterwards: its buffers must not be pooled meanwhile.
            completeReceive = !_isReceiving;
            completeSend = !_isSending;
            abandoned = !_isAccepted;
            finished = _finished;
            closed = MarkClosed();
            // A stream that the peer has not heard of ends without a word.
            _resetPending = _synPending || _session.IsOver ? null : resetCode;
            if (_resetPending is null)
                Leave();
            mustWake = _session.Enqueue(this);
        }

        if (resetCode is { } code)
            _session.Observer.StreamReset?.Invoke(code, false);
        else if (reason is StreamResetException reset)
            _session.Observer.StreamReset?.Invoke(reset.Code, true);
        if (completeReceive)
            _receive.Writer.Complete(reason);
        if (completeSend)
            _send.Reader.Complete(reason);
        if (abandoned)
            ReturnBuffers();
        if (finished is not null)
            Fault(finished, reason);
        if (mustWake)
            _session.WakeOnPool();
        _session.Cancel(closed);
    }

    /// <summary>Nobody was given this stream, so nobody else completes its ends.</summary>
    private void ReturnBuffers()
    {
        _receive.Reader.Complete();
        _send.Writer.Complete();
    }

    /// <summary>Gate held. Forgets the stream when both directions are done and nothing that it holds is left to be read.</summary>
    private CancellationTokenSource? LeaveIfDone()
    {
        if (_outputCompleted && _inputCompleted && _completedAt == 0)
            _completedAt = _session.Time.GetTimestamp();
        if (_failure is not null || !_finSent || !_remoteFinished)
            return null;

        if (_inputCompleted || _window.UnreadBytes == 0)
            Leave();
        return _inputCompleted ? MarkClosed() : null;
    }

    /// <summary>Gate held. The session forgets the stream; later frames for its id are skipped.</summary>
    private void Leave()
    {
        if (_isGone)
            return;

        _isGone = true;
        ReturnAckSlot();
        _window.Release();
        _session.Forget(this);
    }

    private void ReturnAckSlot()
    {
        if (!_holdsAckSlot)
            return;

        _holdsAckSlot = false;
        _session.ReturnAckSlot();
    }

    private CancellationTokenSource? MarkClosed()
    {
        if (_isClosed)
            return null;

        _isClosed = true;
        return _closedSource;
    }
}
