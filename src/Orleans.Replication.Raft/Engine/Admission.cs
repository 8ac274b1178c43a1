using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Backups;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Decides when a member whose disk was empty may take part (SAFETY 12). Either the group is new: a majority of its voters, this one included,
/// has no history: none, or what it was restored from. Or it has history, and this member may have been part of it and forgotten what it has promised. Then it first hears from a
/// majority without it who leads, in which term: whatever it has promised before was for no later term. From then on it follows, no earlier
/// leader than that; and it votes once it has everything that was committed when it asked.
/// </summary>
internal sealed partial class Admission(
    RaftGroupOptions options, GroupFolder folder, IConsensusEngine engine, Func<CancellationToken, ValueTask> readBarrier,
    GroupPeers peers, Func<GroupResponse, LoggedConfiguration?> configurationOf, string localId, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends when this member may vote, or at cancellation.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LogWaiting(options.Name);
        while (!folder.IsAdmitted)
        {
            var answers = await Task.WhenAll(peers.Channels.Select(peer => AskAsync(peer.Key, peer.Value, cancellationToken))).ConfigureAwait(false);
            foreach (var told in answers.Select(answer => answer.Response).OfType<GroupResponse>().Select(configurationOf).OfType<LoggedConfiguration>())
                peers.Learn(told);
            if (IsNewGroup([.. answers.Select(answer => answer.Response)]))
            {
                folder.Adopt(Incarnation.Original);
                await AdmitAsync(leader: null, cancellationToken).ConfigureAwait(false);
            }
            else if (FindAgreement(answers) is { } agreed)
                await CatchUpAsync(agreed.Term, agreed.Incarnation, cancellationToken).ConfigureAwait(false);
            else
                await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsNewGroup(GroupResponse?[] answers)
    {
        var withoutHistory = answers.Count(answer => answer is not null && answer.Index == folder.Base && answer.Base == folder.Base);
        return folder.QuarantineReason is null && options.Voters.Any(voter => voter.Id == localId) && engine.Configuration.Index == 0 && peers.Told is not { Index: > 0 }
            && engine.LastIndex == folder.Base
            && answers.All(answer => answer is null || answer.Index == 0 || (answer.Index == folder.Base && answer.Base == folder.Base))
            && 1 + withoutHistory > options.Voters.Count / 2;
    }

    /// <returns>
    /// The term on whose leader a majority of the voters, as far as anybody here knows them, agrees without this member, and the incarnation it is of; null when there
    /// is none.
    /// </returns>
    private (long Term, string Incarnation)? FindAgreement(IReadOnlyList<(string Peer, GroupResponse? Response)> answers)
    {
        var voters = (peers.Told ?? engine.Configuration).Configuration;
        return answers
            .Where(answer => answer.Response is { Votes: true, Leader.Length: > 0 } response && response.Incarnation != Incarnation.Unknown)
            .GroupBy(answer => (answer.Response!.Leader, answer.Response.Term, answer.Response.Incarnation))
            .Where(agreed => voters.IsMajority(agreed.Select(answer => answer.Peer).ToHashSet().Contains))
            .Select(agreed => ((long, string)?)(agreed.Key.Term, agreed.Key.Incarnation))
            .FirstOrDefault();
    }

    private async Task CatchUpAsync(long term, string incarnation, CancellationToken cancellationToken)
    {
        folder.Adopt(incarnation);
        await engine.FollowAsync(term, cancellationToken).ConfigureAwait(false);
        try
        {
            await readBarrier(cancellationToken).ConfigureAwait(false);
        }
        catch (GroupUnavailableException)
        {
            return;
        }

        if (engine.Leader is { } leader)
            await AdmitAsync(leader, cancellationToken).ConfigureAwait(false);
    }

    private async Task AdmitAsync(string? leader, CancellationToken cancellationToken)
    {
        await engine.AdmitAsync(leader, cancellationToken).ConfigureAwait(false);
        folder.Admit();
        LogAdmitted(options.Name, leader is null ? "the group is new" : $"it has caught up with leader {leader}");
    }

    /// <returns>The peer's status; null when it cannot tell, for example because it is out of service itself.</returns>
    private async Task<(string Peer, GroupResponse? Response)> AskAsync(string id, GroupChannel peer, CancellationToken cancellationToken)
    {
        try
        {
            var response = await peer.CallAsync(new GroupRequest { Status = new Status() }, options.VoteTimeout, cancellationToken).ConfigureAwait(false);
            return (id, response.Answer == Answer.Ok ? response : null);
        }
        catch (PeerUnavailableException)
        {
            return (id, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This member starts group '{Group}' with an empty folder: it does not take part before the group is seen to be new, or to agree on a leader, and does not vote before it has caught up.")]
    private partial void LogWaiting(string group);

    [LoggerMessage(Level = LogLevel.Information, Message = "This member now votes in group '{Group}': {Reason}.")]
    private partial void LogAdmitted(string group, string reason);
}
