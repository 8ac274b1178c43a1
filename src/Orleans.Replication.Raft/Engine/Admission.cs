using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Decides when a member whose disk was empty may vote (SAFETY 12). Either the group is new: a majority of its voters, this one included, has no
/// history. Or it has history, and this member may have been part of it: then it first has to have everything that was committed when it asked,
/// from a leader that was elected without it.
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
            var withoutHistory = 1 + answers.Count(answer => answer is { Index: 0 });
            if (answers.Any(answer => answer is { Index: > 0 }))
                await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            else if (withoutHistory > options.Voters.Count / 2)
                await AdmitAsync(leader: null, cancellationToken).ConfigureAwait(false);
            else
                await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
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

    private async Task<GroupResponse?> AskAsync(GroupChannel peer, CancellationToken cancellationToken)
    {
        try
        {
            return await peer.CallAsync(new GroupRequest { Status = new Status() }, options.VoteTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerUnavailableException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This member starts group '{Group}' with an empty folder: it does not vote before the group is seen to be new, or it has caught up.")]
    private partial void LogWaiting(string group);

    [LoggerMessage(Level = LogLevel.Information, Message = "This member now votes in group '{Group}': {Reason}.")]
    private partial void LogAdmitted(string group, string reason);
}
