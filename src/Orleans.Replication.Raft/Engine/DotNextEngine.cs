using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using DotNext.Net.Cluster.Consensus.Raft;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Raft by DotNext.Net.Cluster with our own member messages and log guards. This part is its life and what the group asks of it; what peers ask
/// of it is in <c>DotNextEngine.Requests.cs</c>.
/// </summary>
internal sealed partial class DotNextEngine : RaftCluster<PeerMember>, IConsensusEngine
{
    private readonly RaftGroupOptions _options;
    private readonly string _localId;
    private readonly DurableLog _log;
    private readonly StateMachine _stateMachine;
    private readonly IReadOnlyList<PeerMember> _voters;
    private readonly IReadOnlyList<RaftChannel> _channels;
    private readonly ReplicaHealth _health;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private Task _standingAside = Task.CompletedTask;
    private volatile bool _mayVote;
    private volatile bool _mayFollow;
    private bool _disposed;

    /// <param name="options">The group.</param>
    /// <param name="localId">This member.</param>
    /// <param name="log">The log; owned by the engine from here on.</param>
    /// <param name="stateMachine">Where committed entries go.</param>
    /// <param name="voters">All voters, this member included.</param>
    /// <param name="channels">The voters' connections; owned by the engine from here on.</param>
    /// <param name="health">Whether this replica may serve.</param>
    /// <param name="mayVote">False when the disk was empty at the start and the group has not admitted this member yet (SAFETY 12).</param>
    /// <param name="logger">Where the engine logs.</param>
    /// <param name="time">The clock.</param>
    [SetsRequiredMembers]
    public DotNextEngine(
        RaftGroupOptions options, string localId, DurableLog log, StateMachine stateMachine, IReadOnlyList<PeerMember> voters,
        IReadOnlyList<RaftChannel> channels, ReplicaHealth health, bool mayVote, ILogger logger, TimeProvider time)
        : base(new ClusterTiming(options, standby: !mayVote))
    {
        _options = options;
        _localId = localId;
        _log = log;
        _stateMachine = stateMachine;
        _voters = voters;
        _channels = channels;
        _health = health;
        _mayVote = mayVote;
        _mayFollow = mayVote;
        _time = time;
        _logger = logger;
        AuditTrail = log;
        log.Committed = () => Committed?.Invoke();
        log.LimitCommit = LimitCommitAsync;
        log.MoreToRead = BeginRound;
        log.Failed = e => health.Fail("Its log failed.", e);
        foreach (var voter in voters)
        {
            voter.Behind = BeginRound;
            voter.OwnVote = term => RecordVote(term, localId);
        }

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
            if (!_mayVote)
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
        await AddVotersAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        StartFollowing();
        _watching = WatchLeadershipAsync(_stopping.Token);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_watching, _standingAside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    public ValueTask WaitForApplyAsync(long index, CancellationToken cancellationToken) => _log.WaitForApplyAsync(index, cancellationToken);

    public async Task TransferLeadershipAsync(string? to, CancellationToken cancellationToken)
    {
        if (!IsReadyToLead)
            throw new NotLeaderException();
        if (to == _localId)
            return;
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
        await RevertToNormalModeAsync(cancellationToken).ConfigureAwait(false);
        LeadershipChanged?.Invoke();
    }

    public new async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _health.Failed -= StandAside;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var voter in _voters)
            await voter.Snapshots.DisposeAsync().ConfigureAwait(false);
        foreach (var channel in _channels)
            await channel.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AddVotersAsync(CancellationToken cancellationToken)
    {
        var change = await ChangeConfigurationAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var voter in _voters)
                change.MarkAsAdded(voter);
        }
        finally
        {
            await change.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The engine offers this under the name of a question whose answer is not needed.</remarks>
    public void BeginRound()
    {
        const long AnyCommitIsNews = -1;
        _ = SynchronizeAsync(AnyCommitIsNews, CancellationToken.None).AsTask();
    }

    /// <summary>
    /// SAFETY S3: the engine takes the median of the first answers to arrive, in which one that lags can stand for a majority when there are more
    /// than three voters. What each voter has really flushed in this term decides (Raft §5.3); and an entry of an earlier term is not committed by
    /// counting (Raft §5.4.2). This member counts in full: a commit begins with its own flush.
    /// </summary>
    private async ValueTask<long> LimitCommitAsync(long endIndex, CancellationToken cancellationToken)
    {
        var term = Term;
        var reached = new long[_voters.Count];
        for (var i = 0; i < reached.Length; i++)
            reached[i] = _voters[i].IsRemote ? _voters[i].FlushedIndexIn(term) : endIndex;
        var common = Majority.IndexOf(reached);
        if (common >= endIndex)
            return endIndex;
        return common > CommitIndex && await _log.GetTermAsync(common, cancellationToken).ConfigureAwait(false) == term ? common : 0;
    }

    private async Task WatchLeadershipAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var leadership = await WaitForLeadershipAsync(cancellationToken).ConfigureAwait(false);
            LeadershipChanged?.Invoke();
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (leadership.Register(ended.SetResult).ConfigureAwait(false))
                await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
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
        var target = _voters.FirstOrDefault(voter => voter.Peer.Id == to)
            ?? throw new ArgumentException($"'{to}' is no voter of group '{_options.Name}'.", nameof(to));
        var flushed = target.FlushedIndexIn(Term);
        if (flushed < CommitIndex)
        {
            throw new GroupUnavailableException(
                $"Member '{to}' has acknowledged the log up to {flushed}; the group has committed up to {CommitIndex}. Try again when it has caught up.");
        }

        Hold(to);
        foreach (var other in _voters.Where(voter => voter.IsRemote))
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica that is out of service could not stand aside.")]
    private partial void LogStandAsideFailed(Exception exception);
}
