using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Joining.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Joining;

/// <summary>
/// Asks the silos in <see cref="RaftReplicationOptions.JoinAddresses"/>, every few seconds, to let this one join those groups that have not had it yet. A silo that was a member and was
/// removed does not ask: whoever removed it wants that.
/// </summary>
internal sealed partial class JoinClient(
    Func<IReplicationHost> host, IOptions<RaftReplicationOptions> options, IOptions<ClusterOptions> cluster, TimeProvider time, ILogger<JoinClient> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartInterval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<(PeerId, string), byte> _told = new();
    private Task _asking = Task.CompletedTask;

    /// <summary>Begins to ask, when there is a token to say; otherwise an operator has to add this silo without being asked.</summary>
    public void Begin(Libp2pHost libp2p, ClusterPeers members)
    {
        if (options.Value.JoinToken is { } token)
            _asking = AskAsync(libp2p, members, token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AskAsync(Libp2pHost libp2p, ClusterPeers members, string token)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            var groups = FindGroupsToJoin();
            if (groups is { Count: 0 })
                return;
            if (groups is not null)
            {
                var request = new JoinRequest { Version = JoinProtocol.Version, Token = token, Cluster = options.Value.ClusterId ?? cluster.Value.ClusterId };
                request.Groups.AddRange(groups);
                request.Addresses.AddRange(libp2p.AnnouncedAddresses.Take(JoinProtocol.MaxAddresses).Select(address => address.WithPeerId(libp2p.PeerId).ToString()));
                await Task.WhenAll(members.Addresses.Keys.Where(peer => peer != libp2p.PeerId).Select(peer => AskAsync(libp2p, peer, request))).ConfigureAwait(false);
            }

            await Task.Delay(groups is null ? StartInterval : Interval, time, _stopping.Token).ConfigureAwait(false);
        }
    }

    /// <returns>The groups that this silo is no member of and has not been; null while it is not started.</returns>
    private List<string>? FindGroupsToJoin()
    {
        try
        {
            return [.. host().Groups.Select(group => group.GetStatus()).Where(IsToJoin).Select(status => status.Name)];
        }
        catch (ReplicationUnavailableException)
        {
            return null;
        }

        bool IsToJoin(RaftGroupStatus status) => status.Role != RaftRole.Removed && status.Members.All(member => member.Id != host().PeerId);
    }

    /// <summary>Asks one silo. Does not throw, unless this silo stops.</summary>
    private async Task AskAsync(Libp2pHost libp2p, PeerId peer, JoinRequest request)
    {
        using var deadline = new CancellationTokenSource(JoinProtocol.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            var stream = await libp2p.NewStreamAsync(peer, JoinProtocol.Id, either.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await SingleMessage.WriteAsync(stream, request, either.Token).ConfigureAwait(false);
                var reply = await SingleMessage.ReadAsync(stream.Input, JoinReply.Parser, JoinProtocol.MaxReplyBytes, either.Token).ConfigureAwait(false);
                Tell(peer, reply);
            }
        }
        catch (Exception error) when (error is Libp2pException or IOException or InvalidDataException || (error is OperationCanceledException && !_stopping.IsCancellationRequested))
        {
            LogFailed(error, peer);
        }
    }

    private void Tell(PeerId peer, JoinReply reply)
    {
        if (!_told.TryAdd((peer, reply.Refusal.ToString()), 0))
            return;
        if (reply.Refusal == JoinRefusal.None)
            LogWaiting(peer);
        else
            LogRefused(peer, reply.Reason);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This silo has asked {Peer} to join, and waits to be added.")]
    private partial void LogWaiting(PeerId peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Peer} does not let this silo join: {Reason} It is asked again.")]
    private partial void LogRefused(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} could not be asked to let this silo join")]
    private partial void LogFailed(Exception exception, PeerId peer);
}
