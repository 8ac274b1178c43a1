using System.Net;
using DotNext.IO;
using DotNext.Net;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using Orleans.Replication.Raft.Engine.Leases;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine.Members;

/// <summary>
/// A voter as the engine talks to it, with our own messages (<c>raft.proto</c>). Votes and log entries go over different connections, each kind
/// of message has its own time-out, and a peer that cannot be reached answers at once (SAFETY S7, S8).
/// </summary>
internal sealed class PeerMember : IRaftClusterMember, IDisposable
{
    public const int MaxEntriesPerMessage = 1024;

    private readonly RaftGroupOptions _options;
    private readonly TimeProvider _leaseClock;
    private readonly SnapshotTransfers _snapshots;
    private readonly RaftChannel? _elections;
    private readonly RaftChannel? _replication;
    private readonly ClusterMemberId _id;
    private readonly Lock _flushedGate = new();
    private IRaftClusterMember.ReplicationState _state;
    private long _answeredAt = long.MinValue;

    /// <summary>What this member has acknowledged, and to the leader of which term: another term's leader may have cut its log since.</summary>
    private (long Term, long Index) _flushed;

    /// <summary>The moment before the last message was sent that this member has accepted, and from the leader of which term.</summary>
    private (long Term, long At) _confirmed = (0, LeaderLease.Never);

    /// <param name="peer">Who it is.</param>
    /// <param name="options">The group's time-outs and limits.</param>
    /// <param name="snapshots">Sends snapshots to a member that is behind the log.</param>
    /// <param name="elections">The connection for votes; null for this member itself.</param>
    /// <param name="replication">The connection for the log; null for this member itself.</param>
    /// <param name="leaseClock">The clock of leases.</param>
    public PeerMember(
        RaftPeer peer, RaftGroupOptions options, SnapshotTransfers snapshots, RaftChannel? elections, RaftChannel? replication, TimeProvider leaseClock)
    {
        Peer = peer;
        EndPoint = new MemberEndPoint(peer.Id);
        _id = MemberIds.Of(peer.Id);
        _options = options;
        _snapshots = snapshots;
        _elections = elections;
        _replication = replication;
        _leaseClock = leaseClock;
    }

    /// <summary>Sends snapshots to a member that is behind the log; to be disposed of with the engine.</summary>
    public SnapshotTransfers Snapshots => _snapshots;

    public event Action<ClusterMemberStatusChangedEventArgs>? MemberStatusChanged
    {
        add { }
        remove { }
    }

    public RaftPeer Peer { get; }

    public EndPoint EndPoint { get; }

    public ClusterMemberId Id => _id;

    public bool IsRemote => _elections is not null;

    public bool IsLeader { get; set; }

    public ClusterMemberStatus Status => ClusterMemberStatus.Unknown;

    /// <summary>This member itself: whether it may vote at all (<see cref="VotePromise"/>).</summary>
    public Func<bool> MayVote { get; set; } = () => true;

    /// <summary>Called when the member lacks more than the leader thought: the next round should not wait for the next heartbeat.</summary>
    public Action? Behind { get; set; }

    /// <summary>Called before this member's vote for itself counts.</summary>
    public Action<long>? OwnVote { get; set; }
    /// <summary>Asked of this member itself before it stands for an election, which a cancellation ends.</summary>
    public Func<bool>? MayStand { get; set; }

    /// <summary>Where votes for this member are noted.</summary>
    public ElectionTally? Tally { get; set; }

    /// <summary>True when it has answered something in the last so many milliseconds.</summary>
    public bool HasAnsweredWithin(TimeSpan time) => Environment.TickCount64 - Volatile.Read(ref _answeredAt) is >= 0 and var ago && ago <= time.TotalMilliseconds;

    ref IRaftClusterMember.ReplicationState IRaftClusterMember.State => ref _state;

    /// <summary>Up to which entry this member's disk agrees with the leader of a term, as far as it has acknowledged; 0 for any other term.</summary>
    public long FlushedIndexIn(long term)
    {
        lock (_flushedGate)
            return _flushed.Term == term ? _flushed.Index : 0;
    }

    /// <summary>When this member has last confirmed the leader of a term, on the clock of leases: the moment before the message was sent.</summary>
    public long ConfirmedIn(long term)
    {
        lock (_flushedGate)
            return _confirmed.Term == term ? _confirmed.At : LeaderLease.Never;
    }

    public async Task<Result<bool>> VoteAsync(long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        if (_elections is null)
        {
            RequireMayStand();
            if (!MayVote())
                return new Result<bool> { Term = term, Value = false };
            OwnVote?.Invoke(term);
            Tally?.Grant(term, Peer.Id);
            return new Result<bool> { Term = term, Value = true };
        }

        var request = new RaftRequest { Vote = new Vote { Term = term, LastIndex = lastLogIndex, LastTerm = lastLogTerm } };
        var response = await CallAsync(_elections, request, _options.VoteTimeout, token).ConfigureAwait(false);
        if (response.Result == 1 && response.Term <= term)
            Tally?.Grant(term, Peer.Id);
        return new Result<bool> { Term = response.Term, Value = response.Result == 1 };
    }

    public async Task<Result<PreVoteResult>> PreVoteAsync(long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        if (_elections is null)
        {
            RequireMayStand();
            return new Result<PreVoteResult> { Term = term, Value = MayVote() ? PreVoteResult.Accepted : PreVoteResult.RejectedByFollower };
        }

        var request = new RaftRequest { PreVote = new Vote { Term = term, LastIndex = lastLogIndex, LastTerm = lastLogTerm } };
        var response = await CallAsync(_elections, request, _options.VoteTimeout, token).ConfigureAwait(false);
        return new Result<PreVoteResult> { Term = response.Term, Value = (PreVoteResult)response.Result };
    }

    /// <summary>
    /// Sends what the member lacks, in messages bounded by bytes and count (SAFETY S7). The engine counts the whole list once this succeeds, so
    /// anything less than all of it is reported as unavailable, to be repeated; the member keeps what it has.
    /// </summary>
    public async Task<Result<ReplicationStatus>> AppendEntriesAsync<TEntry, TList>(
        long term, TList entries, long prevLogIndex, long prevLogTerm, long commitIndex, CancellationToken token)
        where TEntry : IRaftLogEntry
        where TList : IReadOnlyList<TEntry>
    {
        if (await ProbeAsync(term, token).ConfigureAwait(false) is { } probed && probed.Term > term)
            return new Result<ReplicationStatus> { Term = probed.Term, Value = new() { Result = HeartbeatResult.Rejected, LastIndex = probed.LastIndex } };
        var next = 0;
        while (true)
        {
            var append = new Append { Term = term, PreviousIndex = prevLogIndex + next, PreviousTerm = prevLogTerm, CommitIndex = commitIndex };
            for (var bytes = 0; next < entries.Count && append.Entries.Count < MaxEntriesPerMessage; next++)
            {
                var payload = await LogEntryPayload.ReadAsync(entries[next], token).ConfigureAwait(false);
                if (append.Entries.Count > 0 && bytes + payload.Length > _options.MaxBatchBytes)
                    break;
                bytes += payload.Length;
                append.Entries.Add(new Entry { Term = entries[next].Term, Payload = payload });
                prevLogTerm = entries[next].Term;
            }

            var sentAt = _leaseClock.GetTimestamp();
            var response = await CallAsync(_replication!, new RaftRequest { Append = append }, _options.AppendTimeout, token).ConfigureAwait(false);
            var result = (HeartbeatResult)response.Result;
            if (result != HeartbeatResult.Rejected)
                Acknowledge(term, prevLogIndex + next, sentAt);
            else if (response.Term <= term)
                TakeBack(term, append.PreviousIndex - 1);
            if (next == entries.Count || result == HeartbeatResult.Rejected)
            {
                if (result != HeartbeatResult.Rejected)
                    _snapshots.OnAcknowledged(prevLogIndex + next, commitIndex);
                if (result == HeartbeatResult.Rejected && response.Term <= term)
                    Behind?.Invoke();
                return new Result<ReplicationStatus> { Term = response.Term, Value = new() { Result = result, LastIndex = response.LastIndex } };
            }
        }
    }

    /// <summary>
    /// Begins a transfer of the snapshot beside the rounds, or tells that it has ended (SAFETY S6, S7). The engine's answer is that of a heartbeat of this
    /// very round: what the transfer hears from the member is no news about who leads (SAFETY 6). "Rejected" makes the engine ask again in the next round.
    /// </summary>
    public async Task<Result<HeartbeatResult>> InstallSnapshotAsync(
        long term, IRaftLogEntry snapshot, long snapshotIndex, IDataTransferObject configuration, long configurationVersion, CancellationToken token)
    {
        var heartbeat = new RaftRequest { Append = new Append { Term = term } };
        var response = await CallAsync(_replication!, heartbeat, _options.AppendTimeout, token).ConfigureAwait(false);
        if ((HeartbeatResult)response.Result == HeartbeatResult.Rejected)
            return new Result<HeartbeatResult> { Term = response.Term, Value = HeartbeatResult.Rejected };
        var hasIt = _snapshots.Ensure(term, snapshotIndex, transfer =>
        {
            Acknowledge(term, transfer, LeaderLease.Never);
            Behind?.Invoke();
        });
        return new Result<HeartbeatResult> { Term = response.Term, Value = hasIt ? HeartbeatResult.Replicated : HeartbeatResult.Rejected };
    }

    /// <summary>Never used: read indexes have a message of their own (SAFETY S4).</summary>
    public Task<long?> SynchronizeAsync(long commitIndex, CancellationToken token) => Task.FromResult<long?>(null);

    /// <summary>Never used: leadership is handed over by the group protocol.</summary>
    public Task<bool> ResignAsync(CancellationToken token) => Task.FromResult(false);

    public ValueTask<IReadOnlyDictionary<string, string>> GetMetadataAsync(bool refresh = false, CancellationToken token = default) =>
        new(System.Collections.Frozen.FrozenDictionary<string, string>.Empty);

    /// <summary>Asks the member to let the next election be won by another one.</summary>
    public Task HoldElectionAsync(long term, string candidate, CancellationToken token) =>
        CallAsync(_elections!, new RaftRequest { Hold = new Hold { Term = term, Candidate = candidate } }, _options.VoteTimeout, token);

    public ValueTask CancelPendingRequestsAsync()
    {
        _elections?.Abort();
        _replication?.Abort();
        _snapshots.Cancel();
        return default;
    }

    public void Dispose()
    {
        // Closed asynchronously, by whoever made the connections.
        _snapshots.Cancel();
    }

    /// <summary>Closes the connections. Answers that are still on their way come to nobody.</summary>
    public async ValueTask CloseAsync()
    {
        await CancelPendingRequestsAsync().ConfigureAwait(false);
        await _snapshots.DisposeAsync().ConfigureAwait(false);
        if (_elections is { } elections)
            await elections.DisposeAsync().ConfigureAwait(false);
        if (_replication is { } replication && replication != _elections)
            await replication.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// One that has been silent is sent something small first, which is soon given up on. The engine's round ends without it only if enough of the others
    /// acknowledge: when one of them lags, as they do after an election, a member that hangs would hold up the new leader's first round for the whole time-out of a message with
    /// entries (SAFETY S6, S8).
    /// </summary>
    /// <returns>Its answer; null when it was not asked.</returns>
    private async ValueTask<RaftResponse?> ProbeAsync(long term, CancellationToken token) => HasAnsweredWithin(_options.MinElectionTimeout)
        ? null
        : await CallAsync(_replication!, new RaftRequest { Append = new Append { Term = term } }, _options.MinElectionTimeout, token).ConfigureAwait(false);

    private void RequireMayStand()
    {
        if (MayStand?.Invoke() == false)
            throw new OperationCanceledException("This member may not stand for an election.");
    }

    private void Acknowledge(long term, long index, long sentAt)
    {
        lock (_flushedGate)
        {
            _flushed = (term, index);
            _confirmed = (term, Math.Max(sentAt, ConfirmedIn(term)));
        }
    }

    /// <summary>The member does not have what it was taken to have: its disk was emptied.</summary>
    private void TakeBack(long term, long index)
    {
        lock (_flushedGate)
            _flushed = (term, Math.Min(FlushedIndexIn(term), Math.Max(index, 0)));
    }

    private async Task<RaftResponse> CallAsync(RaftChannel channel, RaftRequest request, TimeSpan timeout, CancellationToken token)
    {
        try
        {
            var response = await channel.CallAsync(request, timeout, token).ConfigureAwait(false);
            Volatile.Write(ref _answeredAt, Environment.TickCount64);
            return response;
        }
        catch (PeerUnavailableException e)
        {
            if (channel == _replication)
                _snapshots.OnUnavailable();
            throw new MemberUnavailableException(this, e.Message, e);
        }
    }
}
