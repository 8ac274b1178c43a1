using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// The leader's queue: whatever waits when a round begins goes into one log entry. One entry is in flight at a time: the next one gathers commands while
/// the disks of the last one are busy. (A second one in flight makes more and smaller entries. Each costs every member three synchronous writes and a
/// score of thread switches, which is what bounds the rate.)
/// </summary>
internal sealed class ProposalQueue : IAsyncDisposable
{
    /// <summary>
    /// So long a commit that no other member waits for is left to the next entry. A caller that goes step by step has its next command here sooner, and a round of
    /// the commit's own would be in its way: rounds come one after the other.
    /// </summary>
    private static readonly TimeSpan AnnouncementDelay = TimeSpan.FromMilliseconds(1);

    private readonly RaftGroupOptions _options;
    private readonly IConsensusEngine _engine;
    private readonly TimeProvider _time;
    private readonly GroupMetrics? _metrics;
    private readonly Channel<IProposal> _waiting = Channel.CreateUnbounded<IProposal>(new() { SingleReader = true });
    private readonly QueueSpace _space;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ArrayBufferWriter<byte> _entry = new();
    private readonly List<IProposal> _batch = [];
    private Task _running = Task.CompletedTask;
    private IProposal? _next;
    private volatile bool _isInFlight;
    private volatile bool _isUnannounced;

    public ProposalQueue(RaftGroupOptions options, IConsensusEngine engine, TimeProvider time, GroupMetrics? metrics = null)
    {
        _metrics = metrics;
        _options = options;
        _engine = engine;
        _time = time;

        // The members count keys and payloads; here, commands are encoded, and the largest has to fit.
        _space = new QueueSpace(options.MaxQueuedProposals, options.MaxQueuedBytes + WireVersion.OverheadBytes);
    }

    /// <summary>What waits.</summary>
    public QueueSpace Waiting => _space;

    public void Start() => _running = RunAsync(_stopping.Token);

    /// <summary>Takes a proposal; false when the queue is full.</summary>
    public bool TryEnqueue(IProposal proposal)
    {
        if (!_space.TryTake(proposal.Encoded.Length))
            return false;
        if (_waiting.Writer.TryWrite(proposal))
            return true;
        _space.Free(proposal.Encoded.Length);
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _next?.Refuse();
        while (_waiting.Reader.TryRead(out var left))
            left.Refuse();
        _stopping.Dispose();
    }

    /// <summary>
    /// The commit index has moved. The followers hear of it with the next entry, which costs nothing; only when none follows, a round of its own is worth it.
    /// </summary>
    public void OnCommitted()
    {
        if (!_isInFlight)
            _engine.BeginRound();
    }

    /// <summary>Another member waits for what was committed: it hears of it now.</summary>
    public void AnnounceCommits()
    {
        if (!_isUnannounced)
            return;
        _isUnannounced = false;
        _engine.BeginRound();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_next is not null || await WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            Gather();
            if (_batch.Count > 0)
                await AppendAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until there is something to append, and sees to it that the followers hear of the last commit.</summary>
    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var more = _waiting.Reader.WaitToReadAsync(cancellationToken);
        if (more.IsCompleted || !_isUnannounced)
            return await more.ConfigureAwait(false);

        var coming = more.AsTask();
        if (!_batch.Exists(proposal => proposal.IsAwaitedElsewhere))
            await ((Task)coming).WaitAsync(AnnouncementDelay, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!coming.IsCompleted)
            AnnounceCommits();
        return await coming.ConfigureAwait(false);
    }

    /// <summary>Puts the batch into the log, and waits until it is applied, or this member leads no longer.</summary>
    private async ValueTask AppendAsync(CancellationToken cancellationToken)
    {
        _isInFlight = true;
        try
        {
            var began = Stopwatch.GetTimestamp();
            if (await TryAppendAsync(cancellationToken).ConfigureAwait(false) is not { } index)
                return;
            _metrics?.BatchAppended(_batch.Count, _entry.WrittenCount);
            await WaitForApplyAsync(index, cancellationToken).ConfigureAwait(false);
            _isUnannounced = true;
            _metrics?.RoundEnded(began);
        }
        finally
        {
            _isInFlight = false;
        }
    }

    private async ValueTask<long?> TryAppendAsync(CancellationToken cancellationToken)
    {
        long index;
        try
        {
            index = await _engine.AppendAsync(_entry.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Not the leader, or the log has failed, which the replica's health reports. Either way nothing was put into the log.
            foreach (var proposal in _batch)
                proposal.Refuse();
            return null;
        }

        foreach (var proposal in _batch)
            proposal.Accept();
        return index;
    }

    private async ValueTask WaitForApplyAsync(long index, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _engine.Leadership);
        try
        {
            await _engine.WaitForApplyAsync(index, either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever became of the entry, it is in nobody's way: appending the next one tells whether this member still leads.
        }
    }

    private void Gather()
    {
        _batch.Clear();
        _entry.ResetWrittenCount();
        EntryFormat.WriteHeader(_entry, _options.Name, _time.GetUtcNow());
        while (_next is not null || _waiting.Reader.TryRead(out _next))
        {
            if (_batch.Count > 0 && _entry.WrittenCount + _next.Encoded.Length > _options.MaxBatchBytes)
                return;
            if (_next.TryTake())
            {
                EntryFormat.WriteCommand(_entry, _next.Encoded.Span);
                _batch.Add(_next);
            }

            _space.Free(_next.Encoded.Length);
            _next = null;
        }
    }
}
