using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Gateways.Wire;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Gateways;

/// <summary>
/// Tells clients where the gateways are and who else can be asked, from this silo's own replica: without a quorum as well, and then perhaps not the latest.
/// </summary>
internal sealed partial class GatewayServer(
    IOptions<RaftClusteringOptions> options,
    IOptions<ClusterOptions> cluster,
    Func<IReplicationHost> replication,
    TimeProvider time,
    ILogger<GatewayServer> logger)
{
    private const int MaxStreams = 64;
    private static readonly TimeSpan ServingTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Who may connect: clients as well, when they are served.</summary>
    public IConnectionGater Admit(IConnectionGater others) => options.Value.ServeGateways ? new StrangerGater(others, time) : others;

    /// <summary>Begins to serve, when clients are.</summary>
    public void Register(Libp2pHost libp2p)
    {
        if (!options.Value.ServeGateways)
            return;

        libp2p.SetStreamHandler(GatewayProtocol.Id, ServeAsync, new StreamHandlerOptions { MaxStreams = MaxStreams, MaxStreamsPerConnection = 1 });
        LogServing(GatewayProtocol.Id);
    }

    private async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ServingTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var request = await SingleMessage.ReadAsync(stream.Input, GatewayRequest.Parser, GatewayProtocol.MaxRequestBytes, either.Token).ConfigureAwait(false);
        await SingleMessage.WriteAsync(stream, Answer(request), either.Token).ConfigureAwait(false);
    }

    private GatewayReply Answer(GatewayRequest request)
    {
        if (request.Cluster != cluster.Value.ClusterId)
            return new GatewayReply { Refusal = GatewayRefusal.OtherCluster };

        try
        {
            var group = replication().GetGroup(options.Value.Group);
            return group.GetStatus().Fault is null ? Read(group) : new GatewayReply { Refusal = GatewayRefusal.NotReady };
        }
        catch (Exception error) when (error is InvalidOperationException or GroupUnavailableException or ReplicationConfigurationException)
        {
            LogNotReady(error, options.Value.Group);
            return new GatewayReply { Refusal = GatewayRefusal.NotReady };
        }
    }

    private GatewayReply Read(RaftGroup group)
    {
        var keys = new MembershipKeys(cluster.Value.ClusterId);
        using var snapshot = group.OpenSnapshot(MembershipStateTable.TableName);
        var reply = new GatewayReply
        {
            TableVersion = snapshot.TryGet(keys.Version.Span, out var version) ? MembershipFormat.DecodeNumber(version.Value.Span) : 0,
        };
        foreach (var (_, record) in snapshot.Scan(keys.Rows))
        {
            if (MembershipFormat.DecodeRow(record.Value.Span) is not { Status: (int)SiloStatus.Active, ProxyPort: not 0 } row)
                continue;
            var silo = SiloAddress.FromParsableString(row.Silo);
            reply.Gateways.Add(SiloAddress.New(silo.Endpoint.Address, row.ProxyPort, silo.Generation).ToParsableString());
        }

        foreach (var member in group.GetStatus().Members)
            reply.Members.AddRange(replication().GetAddresses(member.Id));
        return reply;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Clients may connect, and are told the gateways ({Protocol}).")]
    private partial void LogServing(ProtocolId protocol);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A client was told nothing: group '{Group}' is not ready")]
    private partial void LogNotReady(Exception exception, string group);
}
