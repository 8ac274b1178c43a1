using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// Hands leadership over to a voter with a higher <see cref="RaftGroupOptions.LeaderPriority"/>. Who wins an election is as it was: priorities never keep a group without a leader.
/// </summary>
/// <remarks>
/// A voter has to be the better one in two looks, one after the other, and to have everything committed: one that comes and goes, or lags, does not take leadership with it each time.
/// </remarks>
internal sealed partial class LeaderPreference(RaftGroupOptions options, string localId, IConsensusEngine engine, GroupPeers peers, ILogger logger, TimeProvider time)
{
    private string? _better;

    /// <summary>Runs until it is cancelled; ends at once when it is switched off.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.LeaderPriorityCheckInterval == TimeSpan.Zero)
            return;
        while (true)
        {
            await Task.Delay(options.LeaderPriorityCheckInterval, time, cancellationToken).ConfigureAwait(false);
            var before = _better;
            _better = engine.Leadership.IsCancellationRequested ? null : await FindBetterAsync(cancellationToken).ConfigureAwait(false);
            if (_better is not null && _better == before)
                await HandOverAsync(_better, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> FindBetterAsync(CancellationToken cancellationToken)
    {
        // A change of members first.
        var configuration = engine.Configuration;
        if (configuration.Index > engine.CommitIndex)
            return null;
        var answers = await Task.WhenAll(configuration.Configuration.Voters.Where(voter => voter.Id != localId && engine.HasHeardFrom(voter.Id))
            .Select(voter => AskAsync(voter.Id, cancellationToken))).ConfigureAwait(false);
        return answers.Where(answer => answer.Priority > options.LeaderPriority)
            .OrderByDescending(answer => answer.Priority).ThenBy(answer => answer.Voter, StringComparer.Ordinal)
            .Select(answer => answer.Voter).FirstOrDefault();
    }

    private async Task<(string Voter, int Priority)> AskAsync(string voter, CancellationToken cancellationToken)
    {
        if (!peers.TryGetValue(voter, out var channel))
            return (voter, 0);
        try
        {
            var status = await channel.CallAsync(new GroupRequest { Status = new Status() }, options.AppendTimeout, cancellationToken).ConfigureAwait(false);
            return (voter, status is { Answer: Answer.Ok, Votes: true, Admitted: true } ? status.LeaderPriority : 0);
        }
        catch (PeerUnavailableException)
        {
            return (voter, 0);
        }
    }

    private async Task HandOverAsync(string to, CancellationToken cancellationToken)
    {
        _better = null;
        try
        {
            await engine.TransferLeadershipAsync(to, cancellationToken).ConfigureAwait(false);
            LogHandedOver(options.Name, to);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // It lags, or there is another leader already: two more looks.
            LogNotHandedOver(error, options.Name, to);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}' is handed over to {Voter}, whose priority is higher.")]
    private partial void LogHandedOver(string group, string voter);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Group '{Group}' was not handed over to {Voter}, whose priority is higher.")]
    private partial void LogNotHandedOver(Exception exception, string group, string voter);
}
