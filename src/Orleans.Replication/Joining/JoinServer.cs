using System.Diagnostics.Metrics;
using Google.Protobuf.Collections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Joining.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Joining;

/// <summary>
/// The door for silos that are no members yet: who says the token is noted down as waiting, and is told nothing. The members' own protocols stay closed to it until a group has it as
/// a member. Without a token there is no door.
/// </summary>
internal sealed partial class JoinServer(
    Func<IReplicationHost> host, IOptions<RaftReplicationOptions> options, IOptions<ClusterOptions> cluster, TimeProvider time, ILogger<JoinServer> logger) : IDisposable
{
    /// <summary>How many requests are looked at in a second; more are refused, whatever they say.</summary>
    internal const int MaxRequestsPerSecond = 20;

    private const int MaxStreams = 16;

    private readonly Lazy<SharedSecret?> _token = new(() => SharedSecret.Of(options.Value.JoinToken));
    private readonly RequestRate _rate = new(MaxRequestsPerSecond, time);
    private readonly PeerNotices _notices = new();
    private readonly Meter _meter = new("Orleans.Replication");
    private Counter<long>? _refused;

    /// <summary>Who may connect: with a token, strangers as well, a few at a time.</summary>
    public IConnectionGater Admit(IConnectionGater others) => _token.Value is null ? others : new StrangerGater(others, time);

    /// <summary>Begins to serve, when there is a token.</summary>
    public void Register(Libp2pHost libp2p)
    {
        if (_token.Value is null)
            return;
        _refused = _meter.CreateCounter<long>("orleans.replication.join.refused", "{request}", "Requests to join that were refused, by the reason (tag 'reason').");
        libp2p.SetStreamHandler(JoinProtocol.Id, ServeAsync, new StreamHandlerOptions { MaxStreams = MaxStreams, MaxStreamsPerConnection = MaxStreams / 4 });
    }

    public void Dispose() => _meter.Dispose();

    private async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(JoinProtocol.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var request = await SingleMessage.ReadAsync(stream.Input, JoinRequest.Parser, JoinProtocol.MaxRequestBytes, either.Token).ConfigureAwait(false);
        var reply = _rate.TryTake() ? Answer(stream.RemotePeer, request) : Refuse(JoinRefusal.Busy, "Too much is asked here at this moment.");
        if (reply.Refusal != JoinRefusal.None)
            Count(stream.RemotePeer, reply);
        await SingleMessage.WriteAsync(stream, reply, either.Token).ConfigureAwait(false);
    }

    private JoinReply Answer(PeerId peer, JoinRequest request)
    {
        if (_token.Value?.Is(request.Token) != true)
            return Refuse(JoinRefusal.WrongToken, $"The token is not this silo's {nameof(RaftReplicationOptions.JoinToken)}.");
        if (request.Version != JoinProtocol.Version)
            return Refuse(JoinRefusal.WrongVersion, $"Version {request.Version} of the join protocol is not spoken here, version {JoinProtocol.Version} is.");
        var own = options.Value.ClusterId ?? cluster.Value.ClusterId;
        if (request.Cluster != own)
            return Refuse(JoinRefusal.OtherCluster, $"This is cluster '{own}', not '{request.Cluster}'.");
        if (ReadAddress(peer, request.Addresses) is not { } endPoint)
            return Refuse(JoinRefusal.WrongAddress, $"1 to {JoinProtocol.MaxAddresses} addresses are expected, each with a TCP port and ending in /p2p/{peer}.");
        if (request.Groups.Count is 0 or > JoinProtocol.MaxGroups)
            return Refuse(JoinRefusal.NoGroup, $"1 to {JoinProtocol.MaxGroups} groups are expected.");
        var asking = new RaftPeer(peer.ToString(), endPoint);
        var refusals = request.Groups.Select(group => Register(group, peer, asking)).ToList();
        return refusals.Find(refused => refused is not null) ?? new JoinReply();
    }

    /// <returns>Why it does not wait for this group; null when it does.</returns>
    private JoinReply? Register(string group, PeerId peer, RaftPeer asking)
    {
        try
        {
            if (!host().GetGroup(group).RegisterJoinRequest(asking))
                return Refuse(JoinRefusal.Full, $"Too many wait to join group '{group}' already.");
        }
        catch (ReplicationConfigurationException)
        {
            return Refuse(JoinRefusal.NoGroup, "There is no such group here.");
        }
        catch (Exception error) when (error is ReplicationUnavailableException or GroupUnavailableException)
        {
            return Refuse(JoinRefusal.NotReady, error.Message);
        }

        if (_notices.FirstTime(peer, isRefused: false))
            LogAsked(peer, asking.EndPoint, group);
        return null;
    }

    private static SiloEndPoint? ReadAddress(PeerId peer, RepeatedField<string> addresses)
    {
        if (addresses.Count is 0 or > JoinProtocol.MaxAddresses)
            return null;
        try
        {
            return SiloEndPoint.Parse(string.Join(',', addresses)) is { Addresses.Count: > 0 } endPoint && endPoint.Peer == peer ? endPoint : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private void Count(PeerId peer, JoinReply reply)
    {
        _refused?.Add(1, new KeyValuePair<string, object?>("reason", reply.Refusal.ToString()));
        if (_notices.FirstTime(peer, isRefused: true))
            LogRefused(peer, reply.Refusal);
    }

    private static JoinReply Refuse(JoinRefusal refusal, string reason) => new() { Refusal = refusal, Reason = reason };

    [LoggerMessage(Level = LogLevel.Information, Message = "Peer {Peer} at {Address} asks to join group '{Group}', and waits. Add it, if nothing does so by itself.")]
    private partial void LogAsked(PeerId peer, System.Net.EndPoint address, string group);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request of peer {Peer} to join was refused: {Refusal}. Further ones of it are only counted.")]
    private partial void LogRefused(PeerId peer, JoinRefusal refusal);
}
