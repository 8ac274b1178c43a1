using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orleans.Replication.Libp2p.Transport;

/// <summary>
/// A pipe reader over one pooled array: what was read and not yet consumed lies in one piece, so that frames can be cut and decrypted without
/// copying. A read in steady state allocates nothing.
/// </summary>
/// <remarks>The array grows only when the consumer examines everything and consumes nothing, so the consumer's longest frame bounds it.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A pipe reader ends with Complete, which disposes of what it holds.")]
internal abstract class ContiguousPipeReader(int initialBytes) : PipeReader
{
    private byte[]? _array;
    private int _start;
    private int _end;
    private bool _needsMore = true;
    private bool _ended;
    private bool _completed;
    private bool _cancelNext;
    private CancellationTokenSource _cancelPending = new();
    private readonly Lock _cancelLock = new();

    /// <inheritdoc/>
    public sealed override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return TryGetResult(out var result) ? new ValueTask<ReadResult>(result) : FillThenReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public sealed override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        return TryGetResult(out result);
    }

    /// <inheritdoc/>
    public sealed override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public sealed override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_array is null)
            return; // Nothing was ever read.

        var start = consumed.GetInteger() & int.MaxValue;
        var seen = examined.GetInteger() & int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfLessThan(start, _start, nameof(consumed));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seen, _end, nameof(examined));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, seen, nameof(consumed));
        _start = start;
        _needsMore = seen == _end;
        if (_start == _end)
            _start = _end = 0;
    }

    /// <inheritdoc/>
    public sealed override void CancelPendingRead()
    {
        lock (_cancelLock)
        {
            if (_completed)
                return;
            _cancelNext = true;
            _cancelPending.Cancel();
        }
    }

    /// <inheritdoc/>
    public sealed override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;

        lock (_cancelLock)
        {
            _completed = true;
            _cancelPending.Dispose();
        }

        if (_array is not null)
            ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        OnCompleted();
    }

    /// <summary>Adds at least one byte with <see cref="GetFree"/> and <see cref="Commit"/>, or returns false when nothing will follow.</summary>
    protected abstract ValueTask<bool> FillAsync(CancellationToken cancellationToken);

    protected virtual void OnCompleted()
    {
    }

    /// <summary>Free space behind what is waiting, of at least <paramref name="minimum"/> bytes.</summary>
    protected Memory<byte> GetFree(int minimum)
    {
        _array ??= ArrayPool<byte>.Shared.Rent(initialBytes);
        if (_array.Length - _end < minimum)
        {
            var waiting = _end - _start;
            var target = waiting + minimum > _array.Length ? ArrayPool<byte>.Shared.Rent(Math.Max(waiting + minimum, 2 * _array.Length)) : _array;
            Buffer.BlockCopy(_array, _start, target, 0, waiting);
            if (target != _array)
                ArrayPool<byte>.Shared.Return(_array);
            (_array, _start, _end) = (target, 0, waiting);
        }

        return _array.AsMemory(_end);
    }

    protected void Commit(int count)
    {
        _end += count;
        _needsMore = false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> FillThenReadAsync(CancellationToken cancellationToken)
    {
        ReadResult result;
        var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _cancelPending);
        try
        {
            while (!TryGetResult(out result))
                _ended = !await FillAsync(_cancelPending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_cancelPending.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TryGetResult(out result); // CancelPendingRead: the flag is set.
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            RenewCancellation();
        }

        return result;
    }

    private bool TryGetResult(out ReadResult result)
    {
        var canceled = Volatile.Read(ref _cancelNext);
        if (!canceled && !_ended && _needsMore)
        {
            result = default;
            return false;
        }

        if (canceled)
        {
            Volatile.Write(ref _cancelNext, false);
            RenewCancellation();
        }

        result = new ReadResult(_array is null ? default : new ReadOnlySequence<byte>(_array, _start, _end - _start), canceled, _ended);
        return true;
    }

    private void RenewCancellation()
    {
        lock (_cancelLock)
        {
            if (!_cancelNext && !_completed && _cancelPending.IsCancellationRequested)
            {
                _cancelPending.Dispose();
                _cancelPending = new CancellationTokenSource();
            }
        }
    }
}
