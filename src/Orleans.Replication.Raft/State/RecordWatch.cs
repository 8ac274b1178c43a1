using DotNext.Threading;

namespace Orleans.Replication.Raft.State;

/// <inheritdoc cref="IRecordWatch"/>
internal sealed class RecordWatch(RecordWatches watches, byte[] key) : IRecordWatch
{
    private readonly AsyncAutoResetEvent _changed = new(initialState: false);

    /// <summary>The key, with that of its table in front; or that of the table alone.</summary>
    public byte[] Key => key;

    /// <summary>The record has changed, or the watches have ended.</summary>
    public void Signal() => _changed.Set();

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        watches.ThrowIfEnded();
        await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        watches.ThrowIfEnded();
    }

    // The event is not disposed of: a signal on its way may still come, and there is nothing in it to release.
    public void Dispose() => watches.Remove(this);
}
