using Google.Protobuf;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>Brings commands of this member to whoever leads: into the own queue, or over one stream to the leader.</summary>
internal sealed class ProposalRouter(
    RaftGroupOptions options, string localId, IConsensusEngine engine, LeaderTenure tenure, ProposalQueue queue,
    GroupPeers peers, TimeProvider time) : IAsyncDisposable
{
    private const int MaxMessagesInFlight = 4;

    private readonly SemaphoreSlim _inFlight = new(MaxMessagesInFlight, MaxMessagesInFlight);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _epoch;

    /// <summary>Counts changes of leadership: what was sent in an earlier epoch may have died with its leader.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>True when nobody takes this member's commands any longer.</summary>
    public bool IsRemoved => engine.Role == RaftRole.Removed;

    private long Now => time.GetTimestamp();

    /// <summary>Another leader, or none.</summary>
    public void OnLeadershipChanged()
    {
        Interlocked.Increment(ref _epoch);
        Wake();
    }

    /// <summary>Lets a sender that waits for a leader look again.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else was faster: it is awake.
            }
        }
    }

    /// <summary>For error messages: what this member knows of the leader.</summary>
    public string Describe() => engine.Leader is { } leader
        ? $"Term {engine.Term}, led by {leader}."
        : $"Term {engine.Term}, without a leader.";

    /// <summary>Sends a batch as soon as there is a leader. Returns before the answer: a batch that was refused waits to be sent again.</summary>
    public async ValueTask SendAsync(IReadOnlyList<PendingCommand> batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before the leader is looked at: who comes after it ends what is sent to this one.
            var present = tenure.Token;
            var leader = engine.Leader;
            if (leader == localId && !engine.Leadership.IsCancellationRequested)
            {
                EnqueueLocally(batch);
                return;
            }

            if (leader is not null && peers.TryGetValue(leader, out var channel))
            {
                await _inFlight.WaitAsync(cancellationToken).ConfigureAwait(false);
                _ = ForwardAsync(batch, channel, present, cancellationToken);
                return;
            }

            await _wake.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < MaxMessagesInFlight; i++)
            await _inFlight.WaitAsync().ConfigureAwait(false);
        _inFlight.Dispose();
        _wake.Dispose();
    }

    private void EnqueueLocally(IReadOnlyList<PendingCommand> batch)
    {
        foreach (var pending in batch)
        {
            if (!queue.TryEnqueue(new LocalProposal(pending, this)))
                pending.Park();
        }
    }

    /// <summary>Never fails: it says of every command what became of it, and frees its place, for which <see cref="DisposeAsync"/> waits.</summary>
    private async Task ForwardAsync(IReadOnlyList<PendingCommand> batch, GroupChannel channel, CancellationToken present, CancellationToken cancellationToken)
    {
        // A leader that hangs must not hold the places of what is for the next one.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(present, cancellationToken);
        var request = new GroupRequest { Propose = new Propose() };
        var now = time.GetTimestamp();
        var epoch = Epoch;
        var sent = batch.Where(pending => pending.TryBeginSend(now, epoch)).ToList();
        foreach (var pending in sent)
            Tracing.Sent(pending.Activity, channel.PeerId);
        request.Propose.Commands.AddRange(sent.Select(pending => UnsafeByteOperations.UnsafeWrap(pending.Encoded)));
        try
        {
            var response = await channel.CallAsync(request, options.AppendTimeout, either.Token).ConfigureAwait(false);
            if (response.Answer != Answer.Ok)
                sent.ForEach(pending => pending.Refused());
        }
        catch (PeerUnavailableException e) when (e.NothingSent)
        {
            sent.ForEach(pending => pending.Refused());
        }
        catch (Exception)
        {
            // In doubt: the sweep repeats what gets no result.
        }
        finally
        {
            _inFlight.Release();
        }
    }

    private sealed class LocalProposal(PendingCommand pending, ProposalRouter router) : IProposal
    {
        public ReadOnlyMemory<byte> Encoded => pending.Encoded;

        public bool IsAwaitedElsewhere => false;

        public bool TryTake() => pending.TryBeginSend(router.Now, router.Epoch);

        public void Accept() => Tracing.Appended(pending.Activity);

        public void Refuse() => pending.Refused();
    }
}
