using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// Sends snapshots to one member: one at a time, on a connection of its own, beside the rounds in which the member is sent heartbeats. It holds no lock
/// of the log (SAFETY S6), and only a single part has a time-out (SAFETY S7). What is sent stays on disk, and the log behind it is kept longer, until the
/// member has caught up with the log.
/// </summary>
internal sealed partial class SnapshotTransfers(RaftGroupOptions options, SnapshotStore snapshots, RaftPeer peer, RaftChannel? channel, ILogger logger, TimeProvider time)
    : IAsyncDisposable
{
    private const int FirstRetryMilliseconds = 100;
    private const int MaxRetryDoublings = 6;

    /// <summary>The last request waits until the receiver has opened the new state.</summary>
    private const int InstallTimeoutFactor = 12;

    private readonly Lock _gate = new();
    private Transfer? _transfer;
    private int _failures;
    private long _retryAt;

    /// <summary>How many bytes were sent, of all snapshots.</summary>
    public long SentBytes { get; private set; }

    /// <summary>
    /// Begins or goes on with a transfer, and tells, once, when the member has a snapshot that is enough. Called in every round in which the member lacks one.
    /// </summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="minIndex">The log begins behind this index. A transfer of an older snapshot is given up for a newer one.</param>
    /// <param name="installed">Hears of the index that the member has on disk, before this method tells.</param>
    public bool Ensure(long term, long minIndex, Action<long> installed)
    {
        lock (_gate)
        {
            if (_transfer is { } current)
            {
                var isEnough = current.Term == term && current.Snapshot.Index >= minIndex;
                if (!isEnough)
                    current.Cancel();
                if (!current.IsOver)
                    return false;
                if (isEnough && current is { IsInstalled: true, IsReported: false })
                {
                    current.IsReported = true;
                    return true;
                }

                Release();
            }

            if (time.GetTimestamp() >= _retryAt && snapshots.Lease(minIndex) is { } leased)
            {
                _transfer = new Transfer(term, leased);
                _transfer.Sending = SendAsync(_transfer, installed);
            }

            return false;
        }
    }

    /// <summary>The member has acknowledged the log up to an index.</summary>
    public void OnAcknowledged(long index, long commitIndex)
    {
        if (index >= commitIndex && Volatile.Read(ref _transfer) is not null)
            ReleaseReported();
    }

    /// <summary>The member could not be sent entries: no log is kept for it.</summary>
    public void OnUnavailable()
    {
        if (Volatile.Read(ref _transfer) is not null)
            ReleaseReported();
    }

    /// <summary>Ends the transfer: this member leads no longer, or the other one is no member any more.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            _transfer?.Cancel();
            if (_transfer is { IsOver: true })
                Release();
        }
    }

    /// <summary>Ends the transfer, waits for it, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        Cancel();
        Task sending;
        lock (_gate)
            sending = _transfer?.Sending ?? Task.CompletedTask;
        await sending.ConfigureAwait(false);
        Cancel();
        if (channel is not null)
            await channel.DisposeAsync().ConfigureAwait(false);
    }

    private void ReleaseReported()
    {
        lock (_gate)
        {
            if (_transfer is { IsReported: true })
                Release();
        }
    }

    private void Release()
    {
        if (_transfer is not { } transfer)
            return;
        snapshots.Return(transfer.Snapshot);
        transfer.Dispose();
        _transfer = null;
    }

    /// <summary>Never fails: the next round begins a transfer again, which goes on where this one ended.</summary>
    private async Task SendAsync(Transfer transfer, Action<long> installed)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var sender = new SnapshotSender(transfer.Snapshot, transfer.Term, options.SnapshotBytesPerSecond, CallAsync, time);
        try
        {
            LogBegun(options.Name, transfer.Snapshot.Index, peer.Id);
            var answer = await sender.SendAsync(transfer.Cancellation).ConfigureAwait(false);
            if (answer.Result == 0)
                throw new PeerUnavailableException($"It follows term {answer.Term}.");
            LogEnded(options.Name, transfer.Snapshot.Index, peer.Id, sender.SentBytes);
            installed(transfer.Snapshot.Index);
            transfer.IsInstalled = true;
            _failures = 0;
        }
        catch (Exception e)
        {
            if (!transfer.Cancellation.IsCancellationRequested)
                LogCut(options.Name, transfer.Snapshot.Index, peer.Id, sender.SentBytes, e.Message);
            var delay = TimeSpan.FromMilliseconds(FirstRetryMilliseconds << Math.Min(_failures++, MaxRetryDoublings));
            Volatile.Write(ref _retryAt, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
        }
        finally
        {
            SentBytes += sender.SentBytes;
            transfer.IsOver = true;
        }
    }

    private async Task<RaftResponse> CallAsync(RaftRequest request, CancellationToken cancellationToken)
    {
        var timeout = request.KindCase == RaftRequest.KindOneofCase.SnapshotEnd ? options.SnapshotPartTimeout * InstallTimeoutFactor : options.SnapshotPartTimeout;
        var response = await channel!.CallAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        if (request.KindCase == RaftRequest.KindOneofCase.SnapshotChunk)
            snapshots.Metrics?.SnapshotSent(peer.Id, request.SnapshotChunk.Content.Length);
        return response;
    }

    private sealed class Transfer(long term, CheckpointSnapshot snapshot) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private volatile bool _isOver;

        public long Term => term;

        public CheckpointSnapshot Snapshot => snapshot;

        public Task Sending { get; set; } = Task.CompletedTask;

        public CancellationToken Cancellation => _ended.Token;

        /// <summary>The member has it on disk.</summary>
        public bool IsInstalled { get; set; }

        /// <summary>The engine knows that the member has it.</summary>
        public bool IsReported { get; set; }

        /// <summary>Nothing is sent any more. Written last.</summary>
        public bool IsOver { get => _isOver; set => _isOver = value; }

        public void Cancel() => _ended.Cancel();

        public void Dispose() => _ended.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}': snapshot {Index} is sent to {Member}, which lacks more than the log holds.")]
    private partial void LogBegun(string group, long index, string member);

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}': {Member} has snapshot {Index}; {Bytes} bytes were sent.")]
    private partial void LogEnded(string group, long index, string member, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Group '{Group}': the transfer of snapshot {Index} to {Member} was cut after {Bytes} bytes, and will go on: {Reason}")]
    private partial void LogCut(string group, long index, string member, long bytes, string reason);
}
