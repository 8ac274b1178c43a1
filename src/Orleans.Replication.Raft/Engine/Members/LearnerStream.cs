using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using Orleans.Replication.Raft.Engine.Guards;

namespace Orleans.Replication.Raft.Engine.Members;

/// <summary>
/// Brings the log to one learner while this member leads one term. The engine does not know of it: a learner counts for no majority, and its slowness is nobody's. Entries are
/// copied out of the log in bounded batches, so that the log is not held up by the network (SAFETY S6).
/// </summary>
internal sealed class LearnerStream : IAsyncDisposable
{
    private readonly PeerMember _learner;
    private readonly DurableLog _log;
    private readonly Func<long> _snapshotIndex;
    private readonly RaftGroupOptions _options;
    private readonly Action<long> _higherTermSeen;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _running;
    private long _next;

    // A round brings the learner what was in the log when the round began.
    private long _roundEnd;
    private long _roundBegan;
    private long _upToDateAt;

    /// <param name="learner">The learner, with connections of its own; the stream's from here on.</param>
    /// <param name="term">The term that this member leads.</param>
    /// <param name="log">The leader's log.</param>
    /// <param name="snapshotIndex">Up to where a snapshot stands for the log.</param>
    /// <param name="options">The group's limits.</param>
    /// <param name="higherTermSeen">Called when the learner is in a later term.</param>
    /// <param name="time">The clock.</param>
    /// <param name="leadership">Ends the stream.</param>
    public LearnerStream(
        PeerMember learner, long term, DurableLog log, Func<long> snapshotIndex, RaftGroupOptions options, Action<long> higherTermSeen, TimeProvider time,
        CancellationToken leadership)
    {
        _learner = learner;
        Term = term;
        _log = log;
        _snapshotIndex = snapshotIndex;
        _options = options;
        _higherTermSeen = higherTermSeen;
        _time = time;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(leadership);
        _next = log.LastEntryIndex + 1;
        _running = RunAsync(_stopping.Token);
    }

    /// <summary>The learner.</summary>
    public PeerMember Learner => _learner;

    /// <summary>The term in which it runs.</summary>
    public long Term { get; }

    /// <summary>
    /// True when the learner has stored what was in the log an election time-out ago or later: a round of its catching up took no longer than that (Raft's thesis, 4.2.1). A number of
    /// entries would not do: of those under way there are as many as there are writers.
    /// </summary>
    public bool IsCaughtUp => Interlocked.Read(ref _upToDateAt) is var at and not 0 && _time.GetElapsedTime(at) <= _options.MaxElectionTimeout;

    /// <summary>Something is new: the next batch need not wait for the next heartbeat.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount > 0)
            return;
        try
        {
            _wake.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, or has ended.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _learner.CloseAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _wake.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!cancellationToken.IsCancellationRequested)
        {
            var more = false;
            try
            {
                more = await SendAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MemberUnavailableException)
            {
                // Asked again at the next heartbeat.
            }
            catch (Exception e) when (e is not OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The log was cut or dropped under the reader, or has failed, which its own path reports: look again at what is there.
                _next = Math.Min(_next, _log.LastEntryIndex + 1);
            }

            if (!more)
                await _wake.WaitAsync(_options.MinElectionTimeout / 3, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>True when there is more to send now.</returns>
    private async ValueTask<bool> SendAsync(CancellationToken cancellationToken)
    {
        const int MaxEntries = 1024;
        var last = _log.LastEntryIndex;
        if (_roundEnd < _next)
            (_roundEnd, _roundBegan) = (last, _time.GetTimestamp());
        IReadOnlyList<ReceivedEntry> entries = [];
        if (_next <= last)
        {
            if (_next <= _snapshotIndex() || await _log.ReadAsync(_next, Math.Min(last, _next + MaxEntries - 1), _options.MaxBatchBytes, cancellationToken).ConfigureAwait(false) is not { } read)
                return await SendSnapshotAsync(cancellationToken).ConfigureAwait(false);
            entries = read;
        }

        var previousTerm = await _log.GetTermAsync(_next - 1, cancellationToken).ConfigureAwait(false);
        var result = await _learner.AppendEntriesAsync<ReceivedEntry, IReadOnlyList<ReceivedEntry>>(
            Term, entries, _next - 1, previousTerm, _log.LastCommittedEntryIndex, cancellationToken).ConfigureAwait(false);
        if (result.Term > Term)
        {
            _higherTermSeen(result.Term);
            return false;
        }

        if (result.Value.Result == HeartbeatResult.Rejected)
        {
            _next = Math.Clamp(result.Value.LastIndex + 1, 1, Math.Max(1, _next - 1));
            return true;
        }

        _next += entries.Count;
        if (_learner.FlushedIndexIn(Term) >= _roundEnd)
            Interlocked.Exchange(ref _upToDateAt, _roundBegan);
        return _next <= _log.LastEntryIndex;
    }

    private async ValueTask<bool> SendSnapshotAsync(CancellationToken cancellationToken)
    {
        var index = _snapshotIndex();
        var result = await _learner.InstallSnapshotAsync(Term, null!, index, null!, 0, cancellationToken).ConfigureAwait(false);
        if (result.Term > Term)
            _higherTermSeen(result.Term);
        if (result.Term > Term || result.Value == HeartbeatResult.Rejected)
            return false;
        _next = _learner.FlushedIndexIn(Term) + 1;
        return true;
    }
}
