using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// The reading end of an optimistically opened stream: reads wait until the other side has accepted the protocol, and fail with the reason when it
/// does not. From then on it passes everything through.
/// </summary>
/// <param name="inner">The stream's own reader. The negotiation alone reads it until it ends.</param>
/// <param name="negotiation">Reads the answer.</param>
/// <param name="abandon">Ends an unfinished negotiation, and with it the stream.</param>
internal sealed class NegotiatedPipeReader(PipeReader inner, Task negotiation, Action abandon) : PipeReader
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _waiting;
    private bool _cancelNext;
    private bool _lastWasInner;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!negotiation.IsCompletedSuccessfully)
            return WaitThenReadAsync(cancellationToken);

        _lastWasInner = true;
        return inner.ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        result = default;
        if (!negotiation.IsCompleted)
            return false;

        negotiation.GetAwaiter().GetResult(); // Ended: gives its failure.
        _lastWasInner = true;
        return inner.TryRead(out result);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed)
    {
        if (_lastWasInner)
            inner.AdvanceTo(consumed);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_lastWasInner)
            inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead()
    {
        lock (_lock)
        {
            if (!negotiation.IsCompletedSuccessfully)
            {
                _cancelNext = true;
                _waiting?.Cancel();
                return;
            }
        }

        inner.CancelPendingRead();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (negotiation.IsCompleted)
            inner.Complete(exception);
        else
            abandon(); // The negotiation is reading: it ends with the stream, which completes the inner reader.
    }

    private async ValueTask<ReadResult> WaitThenReadAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _waiting = waiting;
            if (_cancelNext)
                waiting.Cancel();
        }

        try
        {
            await negotiation.WaitAsync(waiting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (TakeCancellation() && !cancellationToken.IsCancellationRequested)
        {
            _lastWasInner = false;
            return new ReadResult(default, isCanceled: true, isCompleted: false);
        }
        finally
        {
            lock (_lock)
                _waiting = null;
        }

        _lastWasInner = true;
        return await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool TakeCancellation()
    {
        lock (_lock)
        {
            var taken = _cancelNext;
            _cancelNext = false;
            return taken;
        }
    }
}
