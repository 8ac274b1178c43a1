using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using DotNext.Net.Cluster.Consensus.Raft;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Engine.Leases;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Reads;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Raft by DotNext.Net.Cluster with our own member messages and log guards. This part is its life and what the group asks of it; what peers ask
/// of it is in <c>DotNextEngine.Requests.cs</c>, and who its members are in <c>DotNextEngine.Members.cs</c>.
/// </summary>
internal sealed partial class DotNextEngine : RaftCluster<PeerMember>, IConsensusEngine
{
    private readonly RaftGroupOptions _options;
    private readonly string _localId;
    private readonly DurableLog _log;
    private readonly StateMachine _stateMachine;
    private readonly ConfigurationFormat _format;
    private readonly PeerLinks _links;
    private readonly SnapshotStore _snapshots;
    private readonly ReplicaHealth _health;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeProvider _leaseClock;
    private readonly LeaderLease _lease;
    private readonly VotePromise _promise;
    private readonly ReplicaFreshness _freshness;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private Task _standingAside = Task.CompletedTask;
    private long _leaselessTerm;
    private volatile bool _mayVote;
    private volatile bool _mayFollow;
    private readonly bool _startsReady;
    private bool _disposed;

    /// <param name="options">The group.</param>
    /// <param name="localId">This member.</param>
    /// <param name="log">The log; owned by the engine from here on.</param>
    /// <param name="stateMachine">Where committed entries go.</param>
    /// <param name="format">How configurations are written.</param>
    /// <param name="links">Connects to peers.</param>
    /// <param name="snapshots">What to send to members that are behind the log.</param>
    /// <param name="health">Whether this replica may serve.</param>
    /// <param name="mayVote">False when the disk was empty at the start and the group has not admitted this member yet (SAFETY 12).</param>
    /// <param name="logger">Where the engine logs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="leaseClock">The clock of leases.</param>
    [SetsRequiredMembers]
    public DotNextEngine(
        RaftGroupOptions options, string localId, DurableLog log, StateMachine stateMachine, ConfigurationFormat format, PeerLinks links,
        SnapshotStore snapshots, ReplicaHealth health, bool mayVote, ILogger logger, TimeProvider time, TimeProvider leaseClock)
        : base(new ClusterTiming(options, standby: !mayVote || !log.Configuration.Configuration.IsVoter(localId)))
    {
        _options = options;
        _localId = localId;
        _log = log;
        _stateMachine = stateMachine;
        _format = format;
        _links = links;
        _snapshots = snapshots;
        _health = health;
        _mayVote = mayVote;
        _mayFollow = mayVote;
        _startsReady = mayVote && log.Configuration.Configuration.IsVoter(localId);
        _time = time;
        _logger = logger;
        _leaseClock = leaseClock;
        _lease = new LeaderLease(options, leaseClock);
        _promise = new VotePromise(options, leaseClock);
        _freshness = new ReplicaFreshness(leaseClock);
        AuditTrail = log;
        log.Committed = () => Committed?.Invoke();
        log.LimitCommit = LimitCommitAsync;
        log.MoreToRead = BeginRound;
        log.Failed = e => health.Fail("Its log failed.", e);
        log.IsElected = IsElected;
        base.LeaderChanged += (_, _) => LeadershipChanged?.Invoke();
        health.Failed += StandAside;
    }

    public event Action? LeadershipChanged;

    public event Action? Committed;

    public long Term => AuditTrail.Term;

    public long LastIndex => _log.LastEntryIndex;

    public long CommitIndex => _log.LastCommittedEntryIndex;

    public long AppliedIndex => _log.LastAppliedIndex;

    string? IConsensusEngine.Leader => Leader?.Peer.Id;

    public RaftRole Role
    {
        get
        {
            if (_health.Fault is not null || _stopping.IsCancellationRequested)
                return RaftRole.Stopped;
            if (_mayVote && (IsRemoved || (Configuration.Index > 0 && Configuration.Configuration.Find(_localId) is null)))
                return RaftRole.Removed;
            if (!_mayVote || !Configuration.Configuration.IsVoter(_localId))
                return RaftRole.Learner;
            if (Leader?.Peer.Id != _localId)
                return RaftRole.Follower;
            return IsReadyToLead ? RaftRole.Leader : RaftRole.Candidate;
        }
    }

    protected override ILogger Logger => _logger;

    /// <summary>True once an entry of the own term is committed; before, nothing is served (SAFETY 6).</summary>
    private bool IsReadyToLead
    {
        get
        {
            try
            {
                return _health.Fault is null && !LeadershipToken.IsCancellationRequested;
            }
            catch (UnreachableException e)
            {
                _health.Fail("The consensus engine has stopped.", e);
                return false;
            }
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _log.InitializeAsync(cancellationToken).ConfigureAwait(false);
        if (_startsReady && Configuration.Configuration.Voters is [var only] && only.Id == _localId)
            await _log.BeginTermAloneAsync(MemberIds.Of(_localId), cancellationToken).ConfigureAwait(false);
        await UpdateMembersAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        if (_startsReady && Configuration.Configuration.IsVoter(_localId))
            StartFollowing();
        else
            await UpdateModeAsync(cancellationToken).ConfigureAwait(false);
        _watching = WatchLeadershipAsync(_stopping.Token);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll([_watching, _standingAside, _recovering, .. _farewells]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public CancellationToken Leadership => IsReadyToLead ? LeadershipToken : new CancellationToken(canceled: true);

    public async ValueTask<long> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        var term = Term;
        if (!IsReadyToLead)
            throw new NotLeaderException();
        long index;
        try
        {
            index = await AuditTrail.AppendAsync(new ReceivedEntry(term, entry), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (NotLeaderException or OperationCanceledException))
        {
            _health.Fail("Its log failed.", e);
            throw;
        }

        BeginRound();
        return index;
    }

    public async ValueTask<long> GetReadIndexAsync(CancellationToken cancellationToken)
    {
        if (!IsReadyToLead)
            throw new NotLeaderException();
        var index = CommitIndex;
        try
        {
            await ForceReplicationAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new NotLeaderException(e);
        }

        return index;
    }

    public bool HoldsLease
    {
        get
        {
            var term = Term;

            // The leadership is looked at last: a member steps down, and its term goes up, before it votes for another.
            return term != Volatile.Read(ref _leaselessTerm) && IsConfirmedIn(term) && IsReadyToLead && Term == term;
        }
    }

    public bool TryGetLeaseIndex(out long index)
    {
        index = 0;
        if (!HoldsLease)
            return false;
        index = CommitIndex;

        // SAFETY S9: the process may have been stopped since the clock was looked at.
        return HoldsLease;
    }

    public bool IsWithinLease(long since) => _lease.Covers(since);

    public long LeaseTime => _lease.Now;

    public TimeSpan? Staleness
    {
        get
        {
            var term = Term;
            return IsReadyToLead ? _lease.SinceConfirmed(ConfirmedIn(term)) : _freshness.AgeAt(AppliedIndex);
        }
    }

    public ValueTask WaitForApplyAsync(long index, CancellationToken cancellationToken) => _log.WaitForApplyAsync(index, cancellationToken);

    public long? MatchIndexOf(string id) =>
        !IsReadyToLead || id == _localId ? null
        : _members.TryGetValue(id, out var voter) ? voter.FlushedIndexIn(Term)
        : _learners.TryGetValue(id, out var stream) ? stream.Learner.FlushedIndexIn(Term) : null;

    public async Task TransferLeadershipAsync(string? to, CancellationToken cancellationToken)
    {
        if (!IsReadyToLead)
            throw new NotLeaderException();
        if (to == _localId)
            return;

        // The lease ends before anybody is asked to vote, and does not begin again in this term, whatever becomes of the transfer.
        Volatile.Write(ref _leaselessTerm, Term);
        if (to is not null)
            await ReserveElectionAsync(to, cancellationToken).ConfigureAwait(false);
        if (!await base.ResignAsync(cancellationToken).ConfigureAwait(false))
            throw new NotLeaderException();
    }

    public async Task FollowAsync(long term, CancellationToken cancellationToken)
    {
        // Once it follows, the engine alone moves the term.
        if (_mayFollow)
            return;
        if (term > Term)
            await AuditTrail.UpdateTermAsync(term, resetLastVote: true, cancellationToken).ConfigureAwait(false);
        _mayFollow = true;
    }

    public async Task AdmitAsync(string? leader, CancellationToken cancellationToken)
    {
        if (leader is not null)
        {
            await AuditTrail.UpdateVotedForAsync(MemberIds.Of(leader), cancellationToken).ConfigureAwait(false);
            RecordVote(Term, leader);
        }

        (_mayFollow, _mayVote) = (true, true);
        await UpdateModeAsync(cancellationToken).ConfigureAwait(false);
        LeadershipChanged?.Invoke();
    }

    public new async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _health.Failed -= StandAside;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await CloseMembersAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    /// <remarks>The engine offers this under the name of a question whose answer is not needed.</remarks>
    public void BeginRound()
    {
        const long AnyCommitIsNews = -1;
        _ = SynchronizeAsync(AnyCommitIsNews, CancellationToken.None).AsTask();
        foreach (var stream in _learners.Values)
            stream.Wake();
    }

    /// <summary>True while a majority keeps its promise to this leader (<see cref="LeaderLease"/>).</summary>
    private bool IsConfirmedIn(long term) => _lease.IsHeld(ConfirmedIn(term));

    /// <summary>For each voter the moment before the last round of a term was sent that it has answered; for this member, now.</summary>
    private long[] ConfirmedIn(long term)
    {
        var voters = Configuration.Configuration.Voters;
        var confirmed = new long[voters.Count];
        for (var i = 0; i < confirmed.Length; i++)
            confirmed[i] = voters[i].Id == _localId ? _lease.Now : _members.TryGetValue(voters[i].Id, out var member) ? member.ConfirmedIn(term) : LeaderLease.Never;
        return confirmed;
    }

    private async Task WatchLeadershipAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var leadership = await WaitForLeadershipAsync(cancellationToken).ConfigureAwait(false);
            await UpdateMembersAsync(cancellationToken).ConfigureAwait(false);
            LeadershipChanged?.Invoke();
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (leadership.Register(ended.SetResult).ConfigureAwait(false))
                await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await UpdateMembersAsync(cancellationToken).ConfigureAwait(false);
            LeadershipChanged?.Invoke();
        }
    }

    /// <summary>SAFETY 1: a vote is on disk, with a checksum, before it counts.</summary>
    private void RecordVote(long term, string candidate)
    {
        try
        {
            _log.Vote?.Record(term, candidate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _health.Fail("Its vote could not be written.", e);
            throw;
        }
    }

    /// <summary>A replica out of service does not lead, and asks for no votes.</summary>
    private void StandAside() => _standingAside = StandAsideAsync();

    private async Task StandAsideAsync()
    {
        try
        {
            await EnableStandbyModeAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogStandAsideFailed(e);
        }

        LeadershipChanged?.Invoke();
    }

    /// <summary>Refuses to hand over to a member that is behind, and asks all to vote for it alone.</summary>
    private async Task ReserveElectionAsync(string to, CancellationToken cancellationToken)
    {
        var target = Configuration.Configuration.IsVoter(to) && _members.TryGetValue(to, out var known)
            ? known
            : throw new ArgumentException($"'{to}' is no voter of group '{_options.Name}'.", nameof(to));
        var flushed = await CatchUpAsync(target, cancellationToken).ConfigureAwait(false);
        if (flushed < CommitIndex)
        {
            throw new GroupUnavailableException(
                $"Member '{to}' has acknowledged the log up to {flushed}; the group has committed up to {CommitIndex}. Try again when it has caught up.");
        }

        Hold(to);
        foreach (var other in _members.Values.Where(member => member.IsRemote))
        {
            try
            {
                await other.HoldElectionAsync(Term, to, cancellationToken).ConfigureAwait(false);
            }
            catch (DotNext.Net.Cluster.MemberUnavailableException)
            {
                // It cannot disturb the election either.
            }
        }
    }

    /// <summary>Under load a voter that is as good as any is a moment behind: it gets that moment.</summary>
    private async ValueTask<long> CatchUpAsync(PeerMember target, CancellationToken cancellationToken)
    {
        const int Attempts = 20;
        for (var i = 0; i < Attempts && target.FlushedIndexIn(Term) < CommitIndex; i++)
            await Task.Delay(_options.MinElectionTimeout / Attempts, _time, cancellationToken).ConfigureAwait(false);
        return target.FlushedIndexIn(Term);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica that is out of service could not stand aside.")]
    private partial void LogStandAsideFailed(Exception exception);
}
