using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// Changes of the members, as the leader makes them: one at a time, each of one member. What is so already is not changed again, so that asking twice is harmless.
/// </summary>
internal sealed class LeaderMembership(RaftGroupOptions options, string localId, IConsensusEngine engine, GroupPeers peers, Func<string, System.Net.EndPoint> parseEndPoint) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <exception cref="NotLeaderException">Nothing was done; or the leader was to lose its vote, and has stepped down for another one to do it.</exception>
    /// <exception cref="MembershipChangeException">Nothing was done.</exception>
    /// <exception cref="OperationCanceledException">It may or may not have been done.</exception>
    public async Task ChangeAsync(ChangeMember change, CancellationToken cancellationToken)
    {
        if (!await _one.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
            throw Pending();
        try
        {
            if (engine.Leadership.IsCancellationRequested)
                throw new NotLeaderException();
            var logged = engine.Configuration;
            if (logged.Index > engine.CommitIndex)
                throw Pending();
            if (await DecideAsync(change, logged.Configuration, cancellationToken).ConfigureAwait(false) is not { } next)
                return;
            await RequireMajorityAsync(next, logged.Configuration, cancellationToken).ConfigureAwait(false);
            if (!next.IsVoter(localId))
            {
                await StepDownAsync(cancellationToken).ConfigureAwait(false);
                throw new NotLeaderException();
            }

            await engine.ChangeConfigurationAsync(next, logged, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <returns>The configuration to be; null when it is so already.</returns>
    private async ValueTask<GroupConfiguration?> DecideAsync(ChangeMember change, GroupConfiguration now, CancellationToken cancellationToken)
    {
        var member = now.Find(change.Id);
        switch (change.Change)
        {
            case MemberChange.AddLearner when member is null:
                return now.With(new RaftMember(change.Id, parseEndPoint(change.Address), RaftMemberRole.Learner));
            case MemberChange.AddLearner when member.Role == RaftMemberRole.Learner && member.EndPoint.Equals(parseEndPoint(change.Address)):
                return null;
            case MemberChange.AddLearner:
                throw new MembershipChangeException(MembershipChangeRefusal.MemberAlready, $"'{change.Id}' is a {member.Role} of group '{options.Name}' already, at {member.EndPoint}.");
            case MemberChange.Remove:
                return member is null ? null : RequireVoters(now.Without(change.Id));
            case MemberChange.Promote or MemberChange.Demote or MemberChange.Move when member is null:
                throw new MembershipChangeException(MembershipChangeRefusal.NoMember, $"'{change.Id}' is no member of group '{options.Name}'. The members are {string.Join(", ", now.Members)}.");
            case MemberChange.Promote:
                if (member.Role == RaftMemberRole.Voter)
                    return null;
                await RequireReadyAsync(member, now, cancellationToken).ConfigureAwait(false);
                return now.With(member with { Role = RaftMemberRole.Voter });
            case MemberChange.Demote:
                return member.Role == RaftMemberRole.Learner ? null : RequireVoters(now.With(member with { Role = RaftMemberRole.Learner }));
            case MemberChange.Move:
                var moved = member with { EndPoint = parseEndPoint(change.Address) };
                return moved == member ? null : now.With(moved);
            default:
                throw new ArgumentException("A change of a kind that this version does not know was asked for.");
        }
    }

    private GroupConfiguration RequireVoters(GroupConfiguration next) => next.Voters.Count > 0
        ? next
        : throw new MembershipChangeException(MembershipChangeRefusal.LastVoter, $"Group '{options.Name}' would have no voter left. Add another one first.");

    /// <summary>
    /// A learner that lags would be a voter that helps nobody: with an even number of voters, one more failure would stop the group until it has caught up. And one that has to be
    /// admitted first would not vote.
    /// </summary>
    private async ValueTask RequireReadyAsync(RaftMember learner, GroupConfiguration now, CancellationToken cancellationToken)
    {
        if (now.Voters.Count >= RaftGroup.MaxVoters)
            throw new MembershipChangeException(MembershipChangeRefusal.TooManyVoters, $"Group '{options.Name}' has {now.Voters.Count} voters, as many as it may have. Demote or remove one first.");
        var lag = engine.LagOf(learner.Id) ?? throw new NotLeaderException();
        if (!engine.IsCaughtUp(learner.Id))
        {
            throw new MembershipChangeException(
                MembershipChangeRefusal.Lagging,
                $"'{learner.Id}' is {lag} log entries behind{(engine.HasHeardFrom(learner.Id) ? string.Empty : ", and does not answer")}. Try again when it has caught up.", lag);
        }

        var status = peers.TryGetValue(learner.Id, out var channel) ? await TryAskAsync(channel, cancellationToken).ConfigureAwait(false) : null;
        if (status is not { Admitted: true })
            throw new MembershipChangeException(MembershipChangeRefusal.Lagging, $"'{learner.Id}' has not made sure yet that it may vote. Try again in a moment.");
    }

    private async ValueTask<GroupResponse?> TryAskAsync(GroupChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            var response = await channel.CallAsync(new GroupRequest { Status = new Status() }, options.AppendTimeout, cancellationToken).ConfigureAwait(false);
            return response.Answer == Answer.Ok ? response : null;
        }
        catch (PeerUnavailableException)
        {
            return null;
        }
    }

    /// <summary>
    /// A configuration counts from the moment it is in the log. One that has no majority of voters that can be reached could not even be taken back: the group would stand still until
    /// some of them return. The price is that a group in such a state cannot be repaired by this call.
    /// </summary>
    private async ValueTask RequireMajorityAsync(GroupConfiguration next, GroupConfiguration now, CancellationToken cancellationToken)
    {
        if (next.Voters.Count == now.Voters.Count)
            return;
        var answers = await Task.WhenAll(next.Voters.Select(voter => AnswersAsync(voter.Id, cancellationToken))).ConfigureAwait(false);
        var silent = next.Voters.Where((_, i) => !answers[i]).Select(voter => voter.Id).ToHashSet();
        if (next.IsMajority(id => !silent.Contains(id)))
            return;
        throw new MembershipChangeException(
            MembershipChangeRefusal.NoMajority,
            $"Of the {next.Voters.Count} voters that group '{options.Name}' would have, {string.Join(", ", silent)} cannot be reached: the rest is no majority.");
    }

    private async Task<bool> AnswersAsync(string voter, CancellationToken cancellationToken) =>
        voter == localId || (peers.TryGetValue(voter, out var channel) && await TryAskAsync(channel, cancellationToken).ConfigureAwait(false) is not null);

    private async ValueTask StepDownAsync(CancellationToken cancellationToken)
    {
        if (engine.FindSuccessor() is not { } successor)
            throw new MembershipChangeException(MembershipChangeRefusal.NoMajority, $"The leader of group '{options.Name}' can reach nobody who could lead without it.");
        try
        {
            await engine.TransferLeadershipAsync(successor, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GroupUnavailableException or ArgumentException)
        {
            throw new MembershipChangeException(MembershipChangeRefusal.ChangePending, $"The leader could not hand over yet: {e.Message}");
        }
    }

    private MembershipChangeException Pending() =>
        new(MembershipChangeRefusal.ChangePending, $"Another change of the members of group '{options.Name}' is not finished yet. Try again.");
}
