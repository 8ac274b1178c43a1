using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Decides when a member whose disk was empty may take part (SAFETY 12). Either the group is new: a majority of its voters, this one included,
/// has no history. Or it has history, and this member may have been part of it and forgotten what it has promised. Then it first hears from a
/// majority without it who leads, in which term: whatever it has promised before was for no later term. From then on it follows, no earlier
/// leader than that; and it votes once it has everything that was committed when it asked.
/// </summary>
internal sealed partial class Admission(
    RaftGroupOptions options, GroupFolder folder, IConsensusEngine engine, Func<CancellationToken, ValueTask> readBarrier,
    IReadOnlyDictionary<string, GroupChannel> peers, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends when this member may vote, or at cancellation.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LogWaiting(options.Name);
        while (!folder.IsAdmitted)
        {
            var answers = await Task.WhenAll(peers.Values.Select(peer => AskAsync(peer, cancellationToken))).ConfigureAwait(false);
            if (IsNewGroup(answers))
                await AdmitAsync(leader: null, cancellationToken).ConfigureAwait(false);
            else if (FindAgreement(answers) is { } term)
                await CatchUpAsync(term, cancellationToken).ConfigureAwait(false);
            else
                await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsNewGroup(GroupResponse?[] answers)
    {
        var withoutHistory = answers.Count(answer => answer is { Index: 0 });
        return folder.QuarantineReason is null && engine.LastIndex == 0 && answers.All(answer => answer is null or { Index: 0 }) && 1 + withoutHistory > options.Voters.Count / 2;
    }

    /// <returns>The term on whose leader a majority agrees without this member; null when there is none.</returns>
    private long? FindAgreement(GroupResponse?[] answers) => answers
        .Where(answer => answer is { Votes: true, Leader.Length: > 0 })
        .GroupBy(answer => (answer!.Leader, answer.Term))
        .Where(agreed => agreed.Count() > options.Voters.Count / 2)
        .Select(agreed => (long?)agreed.Key.Term)
        .FirstOrDefault();

    private async Task CatchUpAsync(long term, CancellationToken cancellationToken)
    {
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
    private async Task<GroupResponse?> AskAsync(GroupChannel peer, CancellationToken cancellationToken)
    {
        try
        {
            var response = await peer.CallAsync(new GroupRequest { Status = new Status() }, options.VoteTimeout, cancellationToken).ConfigureAwait(false);
            return response.Answer == Answer.Ok ? response : null;
        }
        catch (PeerUnavailableException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This member starts group '{Group}' with an empty folder: it does not take part before the group is seen to be new, or to agree on a leader, and does not vote before it has caught up.")]
    private partial void LogWaiting(string group);

    [LoggerMessage(Level = LogLevel.Information, Message = "This member now votes in group '{Group}': {Reason}.")]
    private partial void LogAdmitted(string group, string reason);
}
