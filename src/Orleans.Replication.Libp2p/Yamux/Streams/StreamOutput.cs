using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// The writing end of a stream: the send pipe, which tells the session's writer what became ready. A flush waits while more than
/// <see cref="YamuxOptions.MaxUnsentBytes"/> wait to be sent; a cancelled flush leaves its bytes in the queue.
/// </summary>
internal sealed class StreamOutput(YamuxStream stream, PipeWriter writer) : PipeWriter
{
    /// <summary>What callers may count on as the length of a span they ask for without a hint; some size their messages by it.</summary>
    public const int MinimumSpanBytes = 32 * 1024;

    // A larger write goes in pieces, so that its memory is bounded by MaxUnsentBytes rather than by its own size.
    private const int PieceBytes = 64 * 1024;

    private long _unflushedBytes;

    // For Abandon on another thread: whether memory is in the application's hands.
    private volatile bool _isHeld;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        var memory = writer.GetMemory(Math.Max(sizeHint, MinimumSpanBytes));
        _isHeld = true;
        return memory;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        writer.Advance(bytes);
        _unflushedBytes += bytes;
        _isHeld = false;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);

        _isHeld = false;
        try
        {
            return writer.FlushAsync(cancellationToken);
        }
        finally
        {
            // Also when it throws: the pipe has taken the bytes by then.
            Announce();
        }
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (source.Length > PieceBytes)
            return WritePiecesAsync(source, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);

        Copy(source.Span);
        return FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (exception is not null)
            stream.Reset();

        writer.Complete();
        _isHeld = false;
        var bytes = _unflushedBytes;
        _unflushedBytes = 0;
        stream.OnOutputCompleted(bytes);
    }

    /// <summary>
    /// Completes this end on any thread. Memory that may be in somebody's hands does not go back to the pool then, and what was written to it since
    /// the last flush is not sent.
    /// </summary>
    public void Abandon()
    {
        if (_isHeld)
            stream.OnOutputCompleted(0);
        else
            Complete();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WritePiecesAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        FlushResult result;
        do
        {
            var piece = source[..Math.Min(PieceBytes, source.Length)];
            Copy(piece.Span);
            result = await FlushAsync(cancellationToken).ConfigureAwait(false);
            source = source[piece.Length..];
        }
        while (!source.IsEmpty && !result.IsCompleted && !result.IsCanceled);
        return result;
    }

    private void Copy(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            var span = GetSpan();
            var bytes = Math.Min(span.Length, source.Length);
            source[..bytes].CopyTo(span);
            Advance(bytes);
            source = source[bytes..];
        }
    }

    private void Announce()
    {
        var bytes = _unflushedBytes;
        _unflushedBytes = 0;
        if (bytes > 0)
            stream.OnOutputFlushed(bytes);
    }
}
