using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// Looks again and again whether the members should be others (<see cref="MembershipPolicy"/>), and makes one change at a time. Votes are given and taken by the leader alone, once
/// it has committed an entry of its term; who waits is added by whichever member was asked, through the leader.
/// </summary>
internal sealed partial class Autopilot(
    RaftNodeOptions node, RaftGroupOptions options, IConsensusEngine engine, LeaderMembership leader, MembershipRequests requests, WaitingPeers waiting, ILogger logger, TimeProvider time)
{
    private readonly VoterSilence _silence = new(2 * options.MaxElectionTimeout, time);

    /// <summary>Learners that were refused a vote, until the others had their turn.</summary>
    private readonly HashSet<string> _refused = [];
    private long _term = -1;

    /// <summary>Runs until it is cancelled; ends at once when nothing of it is switched on.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!options.AutoAdmit && !options.ReplaceDeadVoters)
            return;
        while (true)
        {
            await Task.Delay(options.MaxElectionTimeout, time, cancellationToken).ConfigureAwait(false);
            if (Look() is not { } step)
                _refused.Clear();
            else if (!await TryAsync(step, cancellationToken).ConfigureAwait(false))
                _refused.Add(step.Id);
        }
    }

    private MembershipStep? Look()
    {
        var configuration = engine.Configuration;
        if (configuration.Configuration.Find(node.Local.Id) is null)
            return null;
        if (engine.Leadership.IsCancellationRequested)
        {
            _term = -1;
            return MembershipPolicy.Admit(Describe(configuration.Configuration));
        }

        if (engine.Term != _term)
            _silence.Clear();
        _term = engine.Term;
        _silence.Look(configuration.Configuration.Voters.Select(voter => voter.Id), engine.HasHeardFrom);
        return configuration.Index > engine.CommitIndex ? null : MembershipPolicy.Decide(Describe(configuration.Configuration));
    }

    private MembershipFacts Describe(GroupConfiguration configuration) => new()
    {
        Voters =
        [
            .. configuration.Voters.OrderByDescending(voter => _silence.Of(voter.Id))
                .Select(voter => new VoterFact(voter.Id, engine.HasHeardFrom(voter.Id), _silence.Of(voter.Id) >= options.DeadVoterGracePeriod)),
        ],
        Learners = [.. configuration.Members.Where(member => member.Role == RaftMemberRole.Learner).Select(learner => new LearnerFact(learner.Id, IsReady(learner.Id)))],
        Waiting = [.. waiting.Except(configuration).Select(peer => peer.Peer.Id).Where(id => !_refused.Contains(id))],
        AutoAdmit = options.AutoAdmit,
        MaxVoters = options.MaxVoters,
        ReplaceDeadVoters = options.ReplaceDeadVoters,
    };

    private bool IsReady(string learner) => engine.IsCaughtUp(learner) && !_refused.Contains(learner);

    /// <returns>False when it was refused, or is not known to be made.</returns>
    private async Task<bool> TryAsync(MembershipStep step, CancellationToken cancellationToken)
    {
        var change = new ChangeMember { Change = step.Change, Id = step.Id };
        try
        {
            if (step.Change == MemberChange.AddLearner)
            {
                if (waiting.Except(engine.Configuration.Configuration).FirstOrDefault(peer => peer.Peer.Id == step.Id) is not { } asking)
                    return true;
                change.Address = node.FormatEndPoint(asking.Peer.EndPoint);
                await requests.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await leader.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
            }

            LogChanged(options.Name, step.Change, step.Id);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Refused, or not known to be made. Whatever it was, the next look sees what has come of it.
            LogNotChanged(e, options.Name, step.Change, step.Id);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}' has changed its members by itself: {Change} {Id}.")]
    private partial void LogChanged(string group, MemberChange change, string id);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Group '{Group}' has not changed its members by itself: {Change} {Id}.")]
    private partial void LogNotChanged(Exception exception, string group, MemberChange change, string id);
}
