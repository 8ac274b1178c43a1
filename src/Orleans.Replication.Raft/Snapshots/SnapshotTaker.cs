using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// Takes snapshots on a thread of its own, beside the applying of entries: when enough was applied since the last one, or when it is told to.
/// </summary>
internal sealed partial class SnapshotTaker(
    RaftGroupOptions options, SnapshotStore snapshots, StateStore state, ILogger logger, TimeProvider time, GroupMetrics? metrics = null) : IAsyncDisposable
{
    private const int MaxStretch = 4;

    private readonly Channel<TaskCompletionSource<long>?> _orders = Channel.CreateBounded<TaskCompletionSource<long>?>(16);
    private Task _taking = Task.CompletedTask;
    private long _entries;
    private long _bytes;
    private int _ordered;
    private ITimer? _interval;

    public void Start()
    {
        snapshots.Damaged += Order;
        _taking = Task.Factory.StartNew(TakeAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (options.SnapshotInterval > TimeSpan.Zero)
            _interval = time.CreateTimer(_ => OnInterval(), null, options.SnapshotInterval, options.SnapshotInterval);
    }

    /// <summary>Counts an applied entry. Called by the thread that applies.</summary>
    public void OnApplied(long bytes)
    {
        _entries++;
        _bytes += bytes;
        if (_entries < options.SnapshotEntries && _bytes < options.SnapshotBytes)
            return;

        // A member that is sent a snapshot needs the log behind it; with a new snapshot it would have to begin again.
        if (snapshots.IsLeased && _entries < MaxStretch * options.SnapshotEntries && _bytes < MaxStretch * options.SnapshotBytes)
            return;
        (_entries, _bytes) = (0, 0);
        Order();
    }

    private void OnInterval()
    {
        if (state.Position.Index > (snapshots.Current?.Index ?? 0) && !snapshots.IsLeased)
            Order();
    }

    private void Order()
    {
        if (Interlocked.Exchange(ref _ordered, 1) == 0 && !_orders.Writer.TryWrite(null))
            Volatile.Write(ref _ordered, 0);
    }

    /// <summary>Takes one now.</summary>
    /// <returns>Its log index; 0 when nothing was ever applied.</returns>
    public async Task<long> TakeAsync(CancellationToken cancellationToken)
    {
        var order = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _orders.Writer.WriteAsync(order, cancellationToken).ConfigureAwait(false);
        return await order.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_interval is { } interval)
            await interval.DisposeAsync().ConfigureAwait(false);
        snapshots.Damaged -= Order;
        _orders.Writer.TryComplete();
        await _taking.ConfigureAwait(false);
    }

    private void TakeAll()
    {
        // A blocking loop: RocksDB flushes and links files synchronously, and the thread has nothing else to do.
        while (_orders.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_orders.Reader.TryRead(out var order))
            {
                Volatile.Write(ref _ordered, 0);
                var began = Stopwatch.GetTimestamp();
                try
                {
                    var index = state.Position.Index == 0 ? 0 : snapshots.Take(state).Index;
                    LogTaken(options.Name, index);
                    metrics?.SnapshotTaken(began, ok: true);
                    order?.TrySetResult(index);
                }
                catch (Exception e)
                {
                    // The log simply stays longer. The next order tries again; damage to the state was reported by itself.
                    LogFailed(e, options.Name);
                    metrics?.SnapshotTaken(began, ok: false);
                    order?.TrySetException(e);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Snapshot of group '{Group}' at log index {Index}.")]
    private partial void LogTaken(string group, long index);

    [LoggerMessage(Level = LogLevel.Error, Message = "No snapshot of group '{Group}' could be taken; its log keeps growing until the next attempt succeeds.")]
    private partial void LogFailed(Exception exception, string group);
}
