using System.Buffers;
using System.Threading.Channels;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// The leader's queue: whatever waits when a round begins goes into one log entry. One entry is in flight at a time: the next one gathers commands while
/// the disks of the last one are busy. (A second one in flight makes more and smaller entries. Each costs every member three synchronous writes and a
/// dozen thread switches, which is what bounds the rate.)
/// </summary>
internal sealed class ProposalQueue : IAsyncDisposable
{
    private readonly RaftGroupOptions _options;
    private readonly IConsensusEngine _engine;
    private readonly TimeProvider _time;
    private readonly Channel<IProposal> _waiting = Channel.CreateUnbounded<IProposal>(new() { SingleReader = true });
    private readonly QueueSpace _space;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ArrayBufferWriter<byte> _entry = new();
    private readonly List<IProposal> _batch = [];
    private Task _running = Task.CompletedTask;
    private IProposal? _next;
    private long? _inFlight;

    public ProposalQueue(RaftGroupOptions options, IConsensusEngine engine, TimeProvider time)
    {
        _options = options;
        _engine = engine;
        _time = time;

        // The members count keys and payloads; here, commands are encoded, and the largest has to fit.
        _space = new QueueSpace(options.MaxQueuedProposals, options.MaxQueuedBytes + WireVersion.OverheadBytes);
    }

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

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_next is not null || await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
            Gather();
            if (_batch.Count == 0)
                continue;
            try
            {
                _inFlight = await _engine.AppendAsync(_entry.WrittenMemory, cancellationToken).ConfigureAwait(false);
                foreach (var proposal in _batch)
                    proposal.Accept();
            }
            catch (Exception)
            {
                // Not the leader, or the log has failed, which the replica's health reports. Either way nothing was put into the log.
                foreach (var proposal in _batch)
                    proposal.Refuse();
            }
        }
    }

    /// <summary>Waits until the entry in flight is applied, or this member leads no longer.</summary>
    private async ValueTask WaitForTurnAsync(CancellationToken cancellationToken)
    {
        if (_inFlight is not { } index)
            return;
        _inFlight = null;
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
