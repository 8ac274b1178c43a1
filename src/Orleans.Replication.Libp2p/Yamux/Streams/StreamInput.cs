using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The reading end of a stream: the receive pipe, which tells the stream what the application consumed.</summary>
internal sealed class StreamInput(YamuxStream stream, PipeReader reader) : PipeReader
{
    // What the last read handed out, to know how much an AdvanceTo consumes.
    private ReadOnlySequence<byte> _buffer;

    /// <summary>Whether a read waits or its buffer is in the application's hands.</summary>
    public bool IsInUse { get; private set; }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        stream.OnReadRequested();
        IsInUse = true;
        try
        {
            var reading = reader.ReadAsync(cancellationToken);
            if (!reading.IsCompletedSuccessfully)
                return AwaitAsync(reading);

            var result = reading.Result;
            _buffer = result.Buffer;
            return new(result);
        }
        catch
        {
            IsInUse = false; // Nothing was handed out.
            throw;
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!reader.TryRead(out result))
        {
            stream.OnReadRequested();
            return false;
        }

        IsInUse = true;
        _buffer = result.Buffer;
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
        IsInUse = false;
        stream.OnConsumed(consumedBytes, remainingBytes, examinedAll);
    }

    public override void CancelPendingRead() => reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        reader.Complete();
        _buffer = default;
        IsInUse = false;
        stream.OnInputCompleted(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading)
    {
        try
        {
            var result = await reading.ConfigureAwait(false);
            _buffer = result.Buffer;
            return result;
        }
        catch
        {
            IsInUse = false; // Nothing was handed out.
            throw;
        }
    }
}
