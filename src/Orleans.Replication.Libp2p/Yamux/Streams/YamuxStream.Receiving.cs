using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The receiving half: called by the session's read loop, and by <see cref="StreamInput"/> for the application.</summary>
internal sealed partial class YamuxStream
{
    // The window bounds this pipe, so its writer never waits and the read loop neither.
    private static readonly PipeOptions ReceivePipeOptions = new(
        ReceiveBlockPool.Shared,
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        minimumSegmentSize: ReceiveBlockPool.BlockBytes,
        useSynchronizationContext: false);

    private readonly Pipe _receive;
    private readonly ReceiveWindow _window;
    private bool _isAccepted;
    private bool _isReceiving;
    private bool _remoteFinished;
    private bool _inputCompleted;

    // What a reader that waits while the stream is disposed of is told.
    private Exception? _receiveEnd;

    /// <summary>A data frame begins. False: its body is to be skipped.</summary>
    /// <exception cref="YamuxProtocolException">The peer sends more than the window allows.</exception>
    internal bool TryBeginData(uint bytes)
    {
        uint? reset = null;
        lock (_session.Gate)
        {
            if (_failure is not null)
                return false;
            if (!_window.TryReceive(bytes))
                throw new YamuxProtocolException($"The peer sent {bytes} bytes on stream {Id}, whose window has {_window.CreditBytes} left.");

            if (_remoteFinished && bytes > 0)
                reset = (uint)YamuxErrorCode.ProtocolViolation;
            else if (_inputCompleted && bytes > 0)
                reset = (uint)YamuxErrorCode.Normal;
        }

        if (reset is null)
            return true;

        // Nobody reads this any more: say so, else the peer would wait for credit that never comes.
        Reset(reset.Value);
        return false;
    }

    /// <summary>A part of a data frame's body arrived.</summary>
    internal void Receive(in ReadOnlySequence<byte> body)
    {
        lock (_session.Gate)
        {
            if (_failure is not null || _inputCompleted)
                return;
            _isReceiving = true;
        }

        var writer = _receive.Writer;
        foreach (var segment in body)
            writer.Write(segment.Span);

        // Completes at once, for the pipe has no threshold; the reader is resumed on the thread pool.
        var flushed = writer.FlushAsync();
        System.Diagnostics.Debug.Assert(flushed.IsCompleted, "A receive pipe never makes its writer wait.");
        _ = flushed.GetAwaiter().GetResult();

        Exception? end;
        lock (_session.Gate)
        {
            _isReceiving = false;
            end = _failure ?? _receiveEnd;
        }

        if (end is not null)
            writer.Complete(end);
    }

    /// <summary>The peer sends no more.</summary>
    internal void OnRemoteFinished()
    {
        CancellationTokenSource? closed;
        lock (_session.Gate)
        {
            if (_failure is not null || _remoteFinished)
                return;

            _remoteFinished = true;
            closed = LeaveIfDone();
        }

        _receive.Writer.Complete();
        _session.Cancel(closed);
    }

    /// <summary>The application wants to read: a stream whose SYN waits for data to ride on must be announced now.</summary>
    internal void OnReadRequested()
    {
        // It is never set again, so reads after the first need no gate.
        if (!Volatile.Read(ref _synPending))
            return;

        bool mustWake;
        lock (_session.Gate)
        {
            if (!_synPending || _synWanted)
                return;

            _synWanted = true;
            mustWake = _session.Enqueue(this);
        }

        if (mustWake)
            _session.WakeOnPool();
    }

    /// <summary>The application consumed some bytes, or looked at all that remain and needs more.</summary>
    internal void OnConsumed(long bytes, long remainingBytes, bool examinedAll)
    {
        var mustWake = false;
        var isStuck = false;
        CancellationTokenSource? closed;
        lock (_session.Gate)
        {
            if (_failure is not null || _inputCompleted)
                return;

            var credit = bytes > 0 ? _window.Consume(bytes, _remoteFinished ? TimeSpan.Zero : _session.RoundTrip) : 0;
            if (!_remoteFinished && examinedAll && remainingBytes > 0 && remainingBytes == _window.UnreadBytes)
            {
                isStuck = !_window.TryExtend(out var extension);
                credit += extension;
            }

            if (credit > 0 && !_remoteFinished)
            {
                // Adds to a queued update rather than following it.
                _creditPending += credit;
                mustWake = _session.Enqueue(this);
            }

            closed = LeaveIfDone();
        }

        if (isStuck)
        {
            _session.LogMessageTooLarge(Id, remainingBytes);
            Reset((uint)YamuxErrorCode.ResourceLimitExceeded);
        }

        if (mustWake)
            _session.WakeOnPool();
        _session.Cancel(closed);
    }

    /// <summary>The application reads no more.</summary>
    /// <param name="reason">Not null: because something went wrong.</param>
    /// <param name="wakeReader">Whether a read may still wait; it fails then.</param>
    internal void OnInputCompleted(Exception? reason, bool wakeReader)
    {
        CancellationTokenSource? closed;
        bool mustReset, mustWake;
        lock (_session.Gate)
        {
            if (_inputCompleted)
                return;

            _inputCompleted = true;
            mustReset = (reason is not null || _window.UnreadBytes > 0) && !(_remoteFinished && _finSent);
            mustWake = wakeReader && !mustReset && !_remoteFinished && _failure is null;
            if (mustWake)
                _receiveEnd = new ConnectionResetException("The stream was disposed of while it was being read.");
            mustWake &= !_isReceiving;
            closed = LeaveIfDone();
        }

        if (mustReset)
            Reset();
        if (mustWake)
            _receive.Writer.Complete(_receiveEnd);
        _session.Cancel(closed);
    }
}
