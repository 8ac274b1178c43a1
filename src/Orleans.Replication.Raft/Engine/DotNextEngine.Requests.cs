using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Engine.Members;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <content>What peers ask.</content>
internal sealed partial class DotNextEngine
{
    private const int EngineVersion = 0;
    private const uint Refused = 0;
    private const uint GoOn = 1;
    private const uint HasSnapshot = 2;

    /// <summary>The commit index that the engine hears of as a follower: none.</summary>
    private const long CommitLater = 0;

    private volatile string? _heldFor;
    private long _heldUntil;

    public async ValueTask<RaftResponse> HandleAsync(
        string sender, RaftRequest request, SnapshotReceiver snapshots, CancellationToken cancellationToken, bool asLearner = false)
    {
        if (_health.Fault is { } fault)
            return new RaftResponse { Refused = $"out of service: {fault}" };
        if (!_mayFollow && !asLearner)
            return new RaftResponse { Refused = "its disk was empty, and it has not heard yet who leads" };
        try
        {
            return request.KindCase switch
            {
                RaftRequest.KindOneofCase.Vote => await HandleVoteAsync(sender, request.Vote, cancellationToken).ConfigureAwait(false),
                RaftRequest.KindOneofCase.PreVote => await HandlePreVoteAsync(sender, request.PreVote, cancellationToken).ConfigureAwait(false),
                RaftRequest.KindOneofCase.Append => await HandleAppendAsync(sender, request.Append, cancellationToken).ConfigureAwait(false),
                RaftRequest.KindOneofCase.SnapshotBegin => await HandleSnapshotBeginAsync(
                    sender, request.SnapshotBegin, snapshots, cancellationToken).ConfigureAwait(false),
                RaftRequest.KindOneofCase.SnapshotChunk => await HandleSnapshotPartAsync(
                    sender, request.SnapshotChunk.Term, () => snapshots.WriteAsync(request.SnapshotChunk, cancellationToken), cancellationToken).ConfigureAwait(false),
                RaftRequest.KindOneofCase.SnapshotEnd => await HandleSnapshotEndAsync(
                    sender, request.SnapshotEnd.Term, snapshots, cancellationToken).ConfigureAwait(false),
                RaftRequest.KindOneofCase.Hold => HandleHold(sender, request.Hold),
                _ => throw new ProtocolViolationException("A request of a kind that this version does not know came."),
            };
        }
        catch (Exception e) when (e is DivergedLogException or WriteAheadLog.InternalException or LogFormatException || FaultKinds.Of(e) != FaultKind.Failure)
        {
            _health.Fail("Its log or state failed.", e);
            return new RaftResponse { Refused = $"out of service: {_health.Fault}" };
        }
    }

    private async ValueTask<RaftResponse> HandleVoteAsync(string sender, Vote vote, CancellationToken cancellationToken)
    {
        if (!_mayVote || IsHeldFromVotingFor(sender))
            return new RaftResponse { Term = Term, Result = Refused };
        var result = await _promise.VoteAsync(
            Term, () => VoteAsync(MemberIds.Of(sender), vote.Term, vote.LastIndex, vote.LastTerm, EngineVersion, cancellationToken)).ConfigureAwait(false);
        if (result.Value)
            RecordVote(vote.Term, sender);
        return new RaftResponse { Term = result.Term, Result = result.Value ? 1u : Refused };
    }

    private async ValueTask<RaftResponse> HandlePreVoteAsync(string sender, Vote vote, CancellationToken cancellationToken)
    {
        if (!_mayVote || _promise.Binds || IsHeldFromVotingFor(sender))
            return new RaftResponse { Term = Term, Result = (uint)PreVoteResult.RejectedByFollower };
        var result = await PreVoteAsync(MemberIds.Of(sender), vote.Term + 1, vote.LastIndex, vote.LastTerm, EngineVersion, cancellationToken).ConfigureAwait(false);
        return new RaftResponse { Term = result.Term, Result = (uint)result.Value };
    }

    private async ValueTask<RaftResponse> HandleAppendAsync(string sender, Append append, CancellationToken cancellationToken)
    {
        var arrivedAt = _freshness.Now;
        if (append.Term >= Term)
            _promise.Renew();
        var entries = append.Entries.Select(entry => new ReceivedEntry(entry.Term, entry.Payload.Memory)).ToList();
        var (previousIndex, previousTerm) = (append.PreviousIndex, append.PreviousTerm);
        if (_stateMachine.Snapshot is { } snapshot && previousIndex < snapshot.Index)
        {
            // The beginning of the message is in the snapshot: committed, and no longer there to be compared.
            var known = (int)Math.Min(entries.Count, snapshot.Index - previousIndex);
            entries.RemoveRange(0, known);
            (previousIndex, previousTerm) = (snapshot.Index, snapshot.Term);
        }

        // What is committed of what this log has already need not wait for the new entries' flush: with the entry before them equal, everything before is (Raft
        // §5.3), whoever leads now.
        if (entries.Count > 0 && append.CommitIndex > CommitIndex && previousIndex > CommitIndex && previousIndex <= LastIndex
            && await _log.GetTermAsync(previousIndex, cancellationToken).ConfigureAwait(false) == previousTerm)
        {
            await _log.CommitKnownAsync(Math.Min(append.CommitIndex, previousIndex), cancellationToken).ConfigureAwait(false);
        }

        var result = await AppendEntriesAsync(
            MemberIds.Of(sender), append.Term, new EntryList<ReceivedEntry>(entries), previousIndex, previousTerm, CommitLater, EngineVersion,
            cancellationToken).ConfigureAwait(false);
        await FollowConfigurationAsync(cancellationToken).ConfigureAwait(false);

        // SAFETY 4: not beyond what was compared with the leader's log. The log's other way to commit is the leader's (SAFETY S3).
        if (result.Value.Result != HeartbeatResult.Rejected)
        {
            await _log.CommitKnownAsync(Math.Min(append.CommitIndex, previousIndex + entries.Count), cancellationToken).ConfigureAwait(false);
            _freshness.Heard(arrivedAt, append.CommitIndex, AppliedIndex);
        }

        var response = new RaftResponse { Term = result.Term, Result = (uint)result.Value.Result, LastIndex = result.Value.LastIndex };
        if (result.Value.Result == HeartbeatResult.Rejected && result.Term <= append.Term)
            response.LastIndex = await LastPossibleMatchAsync(append.PreviousIndex, cancellationToken).ConfigureAwait(false);
        return response;
    }

    /// <summary>
    /// Where the leader should try next: before all entries of the term that conflicts, instead of one entry back per round (Raft §5.3, the
    /// optimisation at its end).
    /// </summary>
    private async ValueTask<long> LastPossibleMatchAsync(long rejectedIndex, CancellationToken cancellationToken)
    {
        var last = LastIndex;
        if (rejectedIndex > last)
            return last;
        var lowest = Math.Max(CommitIndex, _stateMachine.Snapshot?.Index ?? 0);
        var conflictingTerm = await _log.GetTermAsync(rejectedIndex, cancellationToken).ConfigureAwait(false);
        var index = rejectedIndex - 1;
        while (index > lowest && await _log.GetTermAsync(index, cancellationToken).ConfigureAwait(false) == conflictingTerm)
            index--;
        return Math.Max(index, lowest);
    }

    private async ValueTask<RaftResponse> HandleSnapshotBeginAsync(
        string sender, SnapshotBegin begin, SnapshotReceiver snapshots, CancellationToken cancellationToken)
    {
        if (begin.Index <= CommitIndex && await AcceptLeaderAsync(sender, begin.Term, cancellationToken).ConfigureAwait(false))
            return new RaftResponse { Term = Term, Result = HasSnapshot };
        return await HandleSnapshotPartAsync(sender, begin.Term, () => snapshots.BeginAsync(begin, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Only who leads may send a snapshot; its parts keep the election timer quiet as well.</summary>
    private async ValueTask<RaftResponse> HandleSnapshotPartAsync(
        string sender, long term, Func<ValueTask<SnapshotPosition>> take, CancellationToken cancellationToken) =>
        await AcceptLeaderAsync(sender, term, cancellationToken).ConfigureAwait(false)
            ? new RaftResponse { Result = GoOn, Wanted = await take().ConfigureAwait(false), Term = Term }
            : new RaftResponse { Result = Refused, Term = Term };

    private async ValueTask<RaftResponse> HandleSnapshotEndAsync(
        string sender, long term, SnapshotReceiver snapshots, CancellationToken cancellationToken)
    {
        if (!await AcceptLeaderAsync(sender, term, cancellationToken).ConfigureAwait(false))
            return new RaftResponse { Term = Term, Result = Refused };
        var arrived = await snapshots.EndAsync(cancellationToken).ConfigureAwait(false);
        if (arrived.Index <= CommitIndex)
            return new RaftResponse { Term = Term, Result = (uint)HeartbeatResult.Replicated };
        _stateMachine.Expect(arrived);
        _log.Expect(AppliedConfiguration.Decode(Database.Read(arrived.Folder, StateKeys.Configuration.ToArray()), _format));
        var result = await InstallSnapshotAsync(
            MemberIds.Of(sender), term, new InstalledSnapshot(arrived.Term), arrived.Index, EngineVersion, cancellationToken).ConfigureAwait(false);
        await FollowConfigurationAsync(cancellationToken).ConfigureAwait(false);
        return new RaftResponse { Term = result.Term, Result = (uint)result.Value };
    }

    /// <summary>An empty append behind entry 0, which every log has: it tells whether the sender leads, and restarts the election timer.</summary>
    private async ValueTask<bool> AcceptLeaderAsync(string sender, long term, CancellationToken cancellationToken)
    {
        var result = await AppendEntriesAsync(
            MemberIds.Of(sender), term, new EntryList<ReceivedEntry>([]), prevLogIndex: 0, prevLogTerm: 0, CommitLater, EngineVersion,
            cancellationToken).ConfigureAwait(false);
        return result.Term <= term && result.Value.Result != HeartbeatResult.Rejected;
    }

    private RaftResponse HandleHold(string sender, Hold hold)
    {
        if (hold.Term == Term && Leader?.Peer.Id == sender)
            Hold(hold.Candidate);
        return new RaftResponse { Term = Term, Result = 1 };
    }

    /// <summary>For two elections' time, votes go to one candidate only, which includes this member's own candidacy.</summary>
    private void Hold(string candidate)
    {
        Volatile.Write(ref _heldUntil, _time.GetTimestamp() + (long)(2 * _options.MaxElectionTimeout.TotalSeconds * _time.TimestampFrequency));
        _heldFor = candidate;
    }

    private bool IsHeldFromVotingFor(string candidate)
    {
        if (_heldFor is not { } held)
            return false;
        if (_time.GetTimestamp() < Volatile.Read(ref _heldUntil))
            return held != candidate;
        _heldFor = null;
        return false;
    }
}
