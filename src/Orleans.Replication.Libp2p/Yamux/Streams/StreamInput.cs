using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The reading end of a stream: the receive pipe, which tells the stream what the application consumed.</summary>
internal sealed class StreamInput(YamuxStream stream, PipeReader reader) : PipeReader
{
    // What the last read handed out, to know how much an AdvanceTo consumes.
    private ReadOnlySequence<byte> _buffer;

    // For Abandon on another thread: whether a read waits, and whether its buffer is in the application's hands.
    private volatile bool _isWaiting;
    private volatile bool _isHeld;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        stream.OnReadRequested();
        var reading = reader.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new(Hold(reading.Result)) : AwaitAsync(reading);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!reader.TryRead(out result))
        {
            stream.OnReadRequested();
            return false;
        }

        Hold(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var buffer = _buffer;
        _buffer = default;
        long consumedBytes = 0, remainingBytes = 0;
        var examinedAll = true;
        if (!buffer.IsEmpty)
        {
            remainingBytes = buffer.Slice(consumed).Length;
            consumedBytes = buffer.Length - remainingBytes;
            examinedAll = buffer.Slice(examined).IsEmpty;
        }

        reader.AdvanceTo(consumed, examined);
        _isHeld = false;
        stream.OnConsumed(consumedBytes, remainingBytes, examinedAll);
    }

    public override void CancelPendingRead() => reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        reader.Complete();
        _buffer = default;
        _isHeld = false;
        stream.OnInputCompleted(exception, wakeReader: false);
    }

    /// <summary>
    /// Completes this end on any thread. Buffers that may be in somebody's hands do not go back to the pool then; the garbage collector takes
    /// them.
    /// </summary>
    public void Abandon()
    {
        var isInUse = _isWaiting || _isHeld;
        stream.OnInputCompleted(reason: null, wakeReader: isInUse);
        if (!isInUse)
            reader.Complete();
    }

    private ReadResult Hold(in ReadResult result)
    {
        _buffer = result.Buffer;
        _isHeld = !_buffer.IsEmpty;
        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading)
    {
        _isWaiting = true;
        try
        {
            return Hold(await reading.ConfigureAwait(false));
        }
        finally
        {
            _isWaiting = false;
        }
    }
}
