using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <content>The snapshot that comes from a leader: one at a time, whichever connection brings it last.</content>
internal sealed partial class SnapshotStore
{
    /// <summary>A connection announces a snapshot, and takes over what earlier ones have brought of it.</summary>
    /// <returns>What is wanted next.</returns>
    public async ValueTask<SnapshotPosition> BeginArrivalAsync(SnapshotReceiver receiver, SnapshotBegin begin, CancellationToken cancellationToken)
    {
        await _arriving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _receiver = receiver;
            _arrived ??= new ArrivingSnapshot(BeginUnfinished());
            _arrived.Begin(begin);
            LogArriving(_group, begin.Index, _arrived.Wanted.File, begin.Files.Count);
            return _arrived.Wanted;
        }
        finally
        {
            _arriving.Release();
        }
    }

    /// <returns>What is wanted next.</returns>
    public async ValueTask<SnapshotPosition> WriteArrivingAsync(SnapshotReceiver receiver, SnapshotChunk chunk, CancellationToken cancellationToken)
    {
        await _arriving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var arriving = RequireTurn(receiver);
            if (await arriving.WriteAsync(chunk, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                Interlocked.Increment(ref _refusedParts);
                LogPartRefused(_group, chunk.File, chunk.Offset, arriving.Index, refusal);
            }

            return arriving.Wanted;
        }
        finally
        {
            _arriving.Release();
        }
    }

    /// <summary>Everything was sent: what has come is complete now, or the connection is at fault.</summary>
    public async ValueTask<CheckpointSnapshot> EndArrivalAsync(SnapshotReceiver receiver, CancellationToken cancellationToken)
    {
        await _arriving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var arriving = RequireTurn(receiver);
            if (!arriving.IsComplete)
                throw new ProtocolViolationException($"Of snapshot {arriving.Index}, file {arriving.Wanted.File} is missing from {arriving.Wanted.Offset} on.");
            (_arrived, _receiver) = (null, null);
            return Finish(arriving.Folder, arriving.Index, arriving.Term, arriving.Parts);
        }
        finally
        {
            _arriving.Release();
        }
    }

    /// <summary>A connection has ended. What it has brought stays.</summary>
    public void LeaveArrival(SnapshotReceiver receiver) => Interlocked.CompareExchange(ref _receiver, null, receiver);

    /// <summary>Ends what is arriving: nobody comes with a snapshot any longer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _arriving.WaitAsync().ConfigureAwait(false);
        _arrived?.Dispose();
        _arrived = null;
        _arriving.Dispose();
    }

    private ArrivingSnapshot RequireTurn(SnapshotReceiver receiver) => _arrived is { } arriving && _receiver == receiver
        ? arriving
        : throw new ProtocolViolationException("A part of a snapshot came that was not announced on this connection, or another connection has taken over.");

    [LoggerMessage(Level = LogLevel.Information, Message = "Snapshot {Index} of group '{Group}' is arriving: file {File} of {Files} is the first that is missing.")]
    private partial void LogArriving(string group, long index, uint file, int files);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A part of snapshot {Index} of group '{Group}', file {File} at {Offset}, was dropped and asked for again: {Reason}.")]
    private partial void LogPartRefused(string group, uint file, long offset, long index, string reason);
}
