using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orleans.Replication.Libp2p.Transport;

/// <summary>
/// A pipe writer that gathers in one pooled array until it is flushed; then everything goes out at once. A flush that fails or is cancelled may
/// have sent a part, so the writer is broken from then on.
/// </summary>
internal abstract class ContiguousPipeWriter(int initialBytes) : PipeWriter
{
    private byte[]? _array;
    private int _count;
    private bool _completed;
    private Exception? _failure;

    /// <inheritdoc/>
    public sealed override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public sealed override long UnflushedBytes => _count;

    /// <inheritdoc/>
    public sealed override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        var array = _array ??= ArrayPool<byte>.Shared.Rent(Math.Max(initialBytes, sizeHint));
        var needed = Math.Max(sizeHint, 1);
        if (array.Length - _count < needed)
        {
            _array = ArrayPool<byte>.Shared.Rent(Math.Max(_count + needed, 2 * array.Length));
            Buffer.BlockCopy(array, 0, _array, 0, _count);
            ArrayPool<byte>.Shared.Return(array);
        }

        return _array.AsMemory(_count);
    }

    /// <inheritdoc/>
    public sealed override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public sealed override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (_array?.Length ?? 0) - _count);
        _count += bytes;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public sealed override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        if (_failure is not null)
            throw new IOException("An earlier write to this connection failed; what the other side received is unknown.", _failure);
        if (_count == 0)
            return default;

        try
        {
            await SendAsync(_array.AsMemory(0, _count), cancellationToken).ConfigureAwait(false);
            _count = 0;
            return default;
        }
        catch (Exception error)
        {
            _failure = error;
            throw;
        }
    }

    /// <inheritdoc/>
    public sealed override void CancelPendingFlush() =>
        throw new NotSupportedException("A flush that is given up in the middle breaks the connection; use the cancellation token.");

    /// <inheritdoc/>
    public sealed override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;

        _completed = true;
        if (_array is not null)
            ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        OnCompleted();
    }

    /// <summary>Sends everything; returns when it has left this writer.</summary>
    protected abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    protected virtual void OnCompleted()
    {
    }
}
