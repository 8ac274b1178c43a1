using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// What a member without a leader does to find out whether the group has gone on without it: it asks the peers that it knows who the members are now. So one that was away finds members
/// that it has never heard of, and one that was removed learns that.
/// </summary>
internal sealed class Roster(RaftGroupOptions options, string localId, IConsensusEngine engine, GroupPeers peers, ConfigurationFormat format, TimeProvider time)
{
    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(options.MinElectionTimeout, time, cancellationToken).ConfigureAwait(false);
            if (engine.Leader is null && engine.Role is not (RaftRole.Stopped or RaftRole.Removed))
                await Task.WhenAll(peers.Channels.Select(peer => AskAsync(peer.Value, cancellationToken))).ConfigureAwait(false);
        }
    }

    /// <summary>The committed configuration that a status tells of; null when it tells of none.</summary>
    public LoggedConfiguration? Of(GroupResponse status)
    {
        try
        {
            return status.Configuration.IsEmpty ? null : new LoggedConfiguration(status.ConfigurationIndex, format.Decode(status.Configuration.Memory));
        }
        catch (LogFormatException)
        {
            // Of a later version. There is nothing to learn from it.
            return null;
        }
    }

    private async Task AskAsync(GroupChannel peer, CancellationToken cancellationToken)
    {
        GroupResponse response;
        try
        {
            response = await peer.CallAsync(new GroupRequest { Status = new Status() }, options.VoteTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerUnavailableException)
        {
            return;
        }

        var isMember = engine.Configuration.Configuration.Find(localId) is not null;
        if (response.Answer == Answer.NotMember && isMember)
        {
            await engine.LearnRemovalAsync(response.ConfigurationIndex, cancellationToken).ConfigureAwait(false);
        }
        else if (response.Answer == Answer.Ok && Of(response) is { } told)
        {
            peers.Learn(told);
            if (isMember && told.Configuration.Find(localId) is null)
                await engine.LearnRemovalAsync(told.Index, cancellationToken).ConfigureAwait(false);
        }
    }
}
