using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The read loop: takes frames apart and hands them on. It waits for nothing but the transport's input.</summary>
internal sealed partial class YamuxSession
{
    // The data frame whose body is being read; no stream: the body is skipped.
    private YamuxStream? _bodyStream;
    private uint _bodyBytes;
    private bool _bodyIsLast;
    private long _receivedAt;

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the transport throws ends the session with that reason.")]
    private async Task ReadLoopAsync()
    {
        try
        {
            var input = _transport.Input;
            while (true)
            {
                var read = await input.ReadAsync(_stopReading.Token).ConfigureAwait(false);
                Volatile.Write(ref _receivedAt, Time.GetTimestamp());
                Volatile.Write(ref _hasReceivedSinceBurst, true);
                var buffer = read.Buffer;
                ReadFrames(ref buffer);
                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                    throw new ConnectionResetException("The peer closed the connection without a go-away.");
            }
        }
        catch (YamuxProtocolException e)
        {
            LogProtocolError(e.Message);
            End(e, YamuxErrorCode.ProtocolError);
        }
        catch (Exception e)
        {
            End(e, goAway: null);
        }
    }

    /// <summary>Consumes all complete frames and the parts of bodies that are there.</summary>
    private void ReadFrames(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> copy = stackalloc byte[FrameHeader.Size];
        while (true)
        {
            if (_bodyBytes > 0)
            {
                if (buffer.IsEmpty)
                    return;
                ReadBody(ref buffer);
                continue;
            }

            if (buffer.Length < FrameHeader.Size)
                return;

            scoped var header = buffer.FirstSpan;
            if (header.Length < FrameHeader.Size)
            {
                buffer.Slice(0, FrameHeader.Size).CopyTo(copy);
                header = copy;
            }

            var frame = FrameHeader.Read(header);
            buffer = buffer.Slice(FrameHeader.Size);
            OnFrame(frame);
        }
    }

    private void ReadBody(ref ReadOnlySequence<byte> buffer)
    {
        var bytes = Math.Min(_bodyBytes, buffer.Length);
        _bodyStream?.Receive(buffer.Slice(0, bytes));
        buffer = buffer.Slice(bytes);
        _bodyBytes -= (uint)bytes;
        if (_bodyBytes > 0)
            return;

        if (_bodyIsLast)
            _bodyStream?.OnRemoteFinished();
        _bodyStream = null;
    }

    private void OnFrame(in FrameHeader frame)
    {
        switch (frame.Type)
        {
            case FrameType.Ping:
                OnPing(frame);
                break;
            case FrameType.GoAway:
                OnGoAway((YamuxErrorCode)frame.Length);
                break;
            default:
                OnStreamFrame(frame);
                break;
        }
    }

    private void OnStreamFrame(in FrameHeader frame)
    {
        if (frame.StreamId == 0)
            throw new YamuxProtocolException($"A {frame.Type} frame for stream 0 arrived, which is the session itself.");

        var isData = frame.Type == FrameType.Data;
        _bodyStream = null;
        _bodyIsLast = false;
        _bodyBytes = isData ? frame.Length : 0;
        var isOpened = (frame.Flags & FrameFlags.Syn) != 0;
        var stream = isOpened ? AcceptSyn(frame) : Find(frame.StreamId);
        if (stream is null)
            return; // Unknown, long gone, or refused: only its body has to be skipped.

        if ((frame.Flags & FrameFlags.Ack) != 0)
            stream.OnAcknowledged();
        if ((frame.Flags & FrameFlags.Rst) != 0)
        {
            stream.Fail(new StreamResetException(isData ? 0 : frame.Length, isRemote: true));
            return;
        }

        if (isData && stream.TryBeginData(frame.Length))
            _bodyStream = stream;
        else if (!isData && frame.Length > 0)
            stream.OnCredit(frame.Length);

        // Offered only now, so that whoever accepts it and gives it up at once knows of the data that came with it.
        if (isOpened)
            _accepted.Writer.TryWrite(stream);

        // Flags ride on window updates as on data; on data they count after the body.
        _bodyIsLast = (frame.Flags & FrameFlags.Fin) != 0;
        if (_bodyIsLast && _bodyBytes == 0)
            stream.OnRemoteFinished();
    }

    private YamuxStream? Find(uint id)
    {
        lock (Gate)
            return _streams.GetValueOrDefault(id);
    }

    /// <summary>The peer opens a stream. Null: it was refused, or ended with the same frame.</summary>
    private YamuxStream? AcceptSyn(in FrameHeader frame)
    {
        var id = frame.StreamId;
        if ((id & 1) == (IsInitiator ? 1u : 0u))
            throw new YamuxProtocolException($"The peer opened stream {id}, an id of this side's.");

        bool mustWake;
        lock (Gate)
        {
            if (_streams.ContainsKey(id))
                throw new YamuxProtocolException($"The peer opened stream {id} a second time while it is open.");
            if (IsOver || _isClosing || (frame.Flags & FrameFlags.Rst) != 0)
                return null;

            // Only this loop adds to the streams that wait, so the room seen here is still there when this one is offered.
            if (_inboundCount < Options.MaxInboundStreams && _accepted.Reader.Count < Options.AcceptBacklog)
            {
                var stream = new YamuxStream(this, id, isLocal: false);
                _streams.Add(id, stream);
                _inboundCount++;
                return stream;
            }

            if (!_queue.TryAddRefusal(id))
                throw new YamuxProtocolException("The peer goes on opening streams without taking the refusals of earlier ones.");
            mustWake = TakeWake();
        }

        LogRefused(id);
        if (mustWake)
            WakeOnPool();
        return null;
    }

    private void OnGoAway(YamuxErrorCode code)
    {
        // The read loop ends by its token, which the session's end cancels.
        End(code == YamuxErrorCode.Normal ? null : new YamuxGoAwayException(code), goAway: null);
    }
}
