using System.Collections.Concurrent;
using DotNext.Net.Cluster.Consensus.Raft;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <content>
/// Who the members are. The log's last configuration decides; the engine is told of its voters, with this member always among them, since it cannot live without. Where the engine's
/// count could differ from the log's, the log's decides: for the election (<see cref="IsElected"/>) and for the commit (<see cref="LimitCommitAsync"/>). Learners are not the engine's
/// business (<see cref="LearnerStream"/>).
/// </content>
internal sealed partial class DotNextEngine
{
    private readonly SemaphoreSlim _updating = new(1, 1);
    private readonly ConcurrentDictionary<string, PeerMember> _members = new();
    private readonly ConcurrentDictionary<string, LearnerStream> _learners = new();
    private readonly ElectionTally _tally = new();
    private readonly ConcurrentBag<Task> _farewells = [];
    private Task _recovering = Task.CompletedTask;

    /// <summary>The configuration whose voters the engine has.</summary>
    private volatile LoggedConfiguration? _engaged;
    private long _removedAt = -1;

    public event Action? ConfigurationChanged;

    public LoggedConfiguration Configuration => _log.Configuration;

    public LoggedConfiguration CommittedConfiguration => _log.CommittedConfiguration;

    public bool IsAdmitted => _mayVote;

    public async Task<long> ChangeConfigurationAsync(GroupConfiguration next, LoggedConfiguration instead, CancellationToken cancellationToken)
    {
        var term = Term;
        var leadership = Leadership;
        if (leadership.IsCancellationRequested || !next.IsVoter(_localId))
            throw new NotLeaderException();
        if (_engaged != instead)
            throw new MembershipChangeException(MembershipChangeRefusal.ChangePending, "An earlier change is not finished yet.");
        var index = await _log.AppendConfigurationAsync(term, next, instead, cancellationToken).ConfigureAwait(false);
        LogConfiguration(_options.Name, index, next);

        // It is in the log: whatever the caller wants, the engine has to know.
        await UpdateMembersAsync(_stopping.Token).ConfigureAwait(false);
        BeginRound();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership);
        await _log.WaitForApplyAsync(index, either.Token).ConfigureAwait(false);
        if (await _log.GetTermAsync(index, cancellationToken).ConfigureAwait(false) != term)
            throw new OperationCanceledException("Another leader's entry took its place.");
        foreach (var left in instead.Configuration.Members.Where(member => next.Find(member.Id) is null))
            _farewells.Add(SayFarewellAsync(new RaftPeer(left.Id, left.EndPoint), term, index, leadership));
        return index;
    }

    public long? LagOf(string id)
    {
        if (Leadership.IsCancellationRequested || !_learners.TryGetValue(id, out var stream))
            return null;
        return LastIndex - stream.Learner.FlushedIndexIn(stream.Term);
    }

    public bool IsCaughtUp(string id) => !Leadership.IsCancellationRequested && _learners.TryGetValue(id, out var stream) && stream.IsCaughtUp;

    public bool HasHeardFrom(string id) => id == _localId
        || (_members.TryGetValue(id, out var member) && member.HasAnsweredWithin(2 * _options.MaxElectionTimeout))
        || (_learners.TryGetValue(id, out var stream) && stream.Learner.HasAnsweredWithin(2 * _options.MaxElectionTimeout));

    public string? FindSuccessor() => Configuration.Configuration.Voters
        .Where(voter => voter.Id != _localId && HasHeardFrom(voter.Id))
        .MaxBy(voter => _members.TryGetValue(voter.Id, out var member) ? member.FlushedIndexIn(Term) : 0)?.Id;

    /// <summary>True when a committed configuration that this log does not have is without this member.</summary>
    private bool IsRemoved => Interlocked.Read(ref _removedAt) > Configuration.Index;

    public async Task LearnRemovalAsync(long configurationIndex, CancellationToken cancellationToken)
    {
        if (configurationIndex <= Math.Max(Configuration.Index, Interlocked.Read(ref _removedAt)))
            return;
        Interlocked.Exchange(ref _removedAt, configurationIndex);
        LogRemoved(_options.Name, configurationIndex);
        await UpdateModeAsync(cancellationToken).ConfigureAwait(false);
        LeadershipChanged?.Invoke();
    }

    /// <summary>
    /// SAFETY S3: the engine takes the median of the first answers to arrive, in which one that lags can stand for a majority when there are more
    /// than three voters. What each voter has really flushed in this term decides (Raft §5.3); and an entry of an earlier term is not committed by
    /// counting (Raft §5.4.2). This member counts in full: a commit begins with its own flush. Whose disks count is what the log says, now.
    /// </summary>
    private async ValueTask<long> LimitCommitAsync(long endIndex, CancellationToken cancellationToken)
    {
        var term = Term;
        var voters = Configuration.Configuration.Voters;
        var reached = new long[voters.Count];
        for (var i = 0; i < reached.Length; i++)
            reached[i] = voters[i].Id == _localId ? endIndex : _members.TryGetValue(voters[i].Id, out var member) ? member.FlushedIndexIn(term) : 0;
        var common = Majority.IndexOf(reached);
        if (common >= endIndex)
            return endIndex;
        return common > CommitIndex && await _log.GetTermAsync(common, cancellationToken).ConfigureAwait(false) == term ? common : 0;
    }

    /// <summary>True when the engine has the voters of the log, and this member is one of them.</summary>
    private bool MayStand() => _mayVote && !IsRemoved && _engaged == Configuration && Configuration.Configuration.IsVoter(_localId);

    /// <summary>Only a majority of the voters in the log makes a leader.</summary>
    private bool IsElected(long term, GroupConfiguration configuration)
    {
        if (_tally.Elects(_localId, term, configuration))
            return true;

        // The engine takes this for a failure, and remains a candidate for ever.
        _recovering = RecoverCandidateAsync();
        return false;
    }

    private async Task RecoverCandidateAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await EnableStandbyModeAsync(_stopping.Token).ConfigureAwait(false);
        await UpdateModeAsync(_stopping.Token).ConfigureAwait(false);
    }

    /// <summary>Brings the engine's list and the streams to learners in line with the log. Must not be called under the engine's own lock.</summary>
    private async Task UpdateMembersAsync(CancellationToken cancellationToken)
    {
        await _updating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var logged = Configuration;
            var isNews = _engaged != logged;
            if (isNews)
            {
                await EngageAsync(logged.Configuration, cancellationToken).ConfigureAwait(false);
                _engaged = logged;
            }

            await UpdateLearnersAsync(logged.Configuration).ConfigureAwait(false);
            if (!isNews)
                return;
        }
        finally
        {
            _updating.Release();
        }

        ConfigurationChanged?.Invoke();
        LeadershipChanged?.Invoke();
    }

    private async Task EngageAsync(GroupConfiguration configuration, CancellationToken cancellationToken)
    {
        var wanted = configuration.Voters.ToDictionary(voter => voter.Id, voter => new RaftPeer(voter.Id, voter.EndPoint));
        wanted.TryAdd(_localId, new RaftPeer(_localId, new MemberEndPoint(_localId)));
        var removed = _members.Values.Where(member => member.IsRemote && (!wanted.TryGetValue(member.Peer.Id, out var peer) || peer != member.Peer)).ToList();
        foreach (var member in removed)
            _members.TryRemove(member.Peer.Id, out _);
        var added = wanted.Values.Where(peer => !_members.ContainsKey(peer.Id)).Select(CreateVoter).ToList();
        foreach (var member in added)
            _members[member.Peer.Id] = member;
        var change = await ChangeConfigurationAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var member in removed)
                change.MarkAsRemoved(member);
            foreach (var member in added)
                change.MarkAsAdded(member);
        }
        finally
        {
            await change.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var member in removed)
            await member.CloseAsync().ConfigureAwait(false);
    }

    private PeerMember CreateVoter(RaftPeer peer)
    {
        var isLocal = peer.Id == _localId;
        return new PeerMember(
            peer, _options, TransfersTo(peer, isLocal ? null : _links.ForRaft(peer, Purpose.Snapshot)), isLocal ? null : _links.ForRaft(peer, Purpose.Election),
            isLocal ? null : _links.ForRaft(peer, Purpose.Replication), _leaseClock)
        {
            Behind = BeginRound,
            MayStand = MayStand,
            MayVote = () => !_promise.Binds,
            Tally = _tally,
            OwnVote = term => RecordVote(term, _localId),
        };
    }

    private PeerMember CreateLearner(RaftPeer peer)
    {
        var channel = _links.ForRaft(peer, Purpose.Learner);
        return new PeerMember(peer, _options, TransfersTo(peer, _links.ForRaft(peer, Purpose.LearnerSnapshot)), channel, channel, _leaseClock);
    }

    private SnapshotTransfers TransfersTo(RaftPeer peer, RaftChannel? channel) => new(_options, _snapshots, peer, channel, _logger, _time);

    /// <summary>A stream to each learner while this member leads, a new one in each term.</summary>
    private async Task UpdateLearnersAsync(GroupConfiguration configuration)
    {
        var leadership = Leadership;
        var term = Term;
        var wanted = leadership.IsCancellationRequested
            ? []
            : configuration.Members.Where(member => member.Role == RaftMemberRole.Learner).ToDictionary(member => member.Id, member => new RaftPeer(member.Id, member.EndPoint));
        foreach (var (id, stream) in _learners)
        {
            if (wanted.TryGetValue(id, out var peer) && stream.Learner.Peer == peer && stream.Term == term)
                continue;
            _learners.TryRemove(id, out _);
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var peer in wanted.Values.Where(peer => !_learners.ContainsKey(peer.Id)))
        {
            _learners[peer.Id] = new LearnerStream(
                CreateLearner(peer), term, _log, () => _stateMachine.Snapshot?.Index ?? 0, _options, OnHigherTerm, _time, leadership);
        }
    }

    /// <summary>Brings the log up to its removal to a member that was removed, so that it knows at once. One that cannot be reached will ask (<see cref="Roster"/>).</summary>
    private async Task SayFarewellAsync(RaftPeer peer, long term, long index, CancellationToken leadership)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(leadership, _stopping.Token);
        enough.CancelAfter(_options.AppendTimeout);
        await using var stream = new LearnerStream(
            CreateLearner(peer), term, _log, () => _stateMachine.Snapshot?.Index ?? 0, _options, static _ => { }, _time, enough.Token);
        var heartbeat = _options.MinElectionTimeout / 3;
        while (!enough.IsCancellationRequested && !Configuration.Configuration.Members.Any(member => member.Id == peer.Id))
        {
            // One heartbeat more than it takes: the entry has to be known as committed there.
            var hadIt = stream.Learner.FlushedIndexIn(term) >= index;
            await Task.Delay(heartbeat, _time, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (hadIt)
                return;
        }
    }

    /// <summary>A learner was part of an election that this leader has not heard of. As with any member, the leader steps down, and the next term is above the learner's.</summary>
    private void OnHigherTerm(long term) => _recovering = StepDownBelowAsync(term);

    private async Task StepDownBelowAsync(long term)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await base.ResignAsync(_stopping.Token).ConfigureAwait(false);
        if (term > Term)
            await AuditTrail.UpdateTermAsync(term, resetLastVote: true, _stopping.Token).ConfigureAwait(false);
    }

    /// <summary>A voter follows with a timer, after which it asks for votes; everybody else follows without one.</summary>
    private async Task UpdateModeAsync(CancellationToken cancellationToken)
    {
        if (_health.Fault is not null)
            return;
        if (_mayVote && !IsRemoved && Configuration.Configuration.IsVoter(_localId))
            await RevertToNormalModeAsync(cancellationToken).ConfigureAwait(false);
        else
            await EnableStandbyModeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>After entries were taken from a leader: if they hold a configuration, or took one away, it counts before they are acknowledged.</summary>
    private async ValueTask FollowConfigurationAsync(CancellationToken cancellationToken)
    {
        if (_engaged == Configuration)
            return;
        await UpdateMembersAsync(cancellationToken).ConfigureAwait(false);
        await UpdateModeAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CloseMembersAsync()
    {
        foreach (var stream in _learners.Values)
            await stream.DisposeAsync().ConfigureAwait(false);
        foreach (var member in _members.Values)
            await member.CloseAsync().ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The members of group '{Group}', as of log entry {Index}: {Members}.")]
    private partial void LogConfiguration(string group, long index, GroupConfiguration members);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This member was removed from group '{Group}' (log entry {Index}). It is quiet now, and keeps its folder; add it again, or stop it.")]
    private partial void LogRemoved(string group, long index);
}
