using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Access;
using Orleans.Replication.Administration;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Replication.Joining;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Transport;

/// <summary>
/// Carries replication over libp2p. Only the members may connect, and each proves its peer id; a connection to every one of them is kept warm, so that
/// a peer that is down is known to be down. Who they are is in the options at first, and in the groups' logs from then on.
/// </summary>
internal sealed class Libp2pTransport(
    IOptions<RaftReplicationOptions> options,
    AdminServer admin,
    JoinServer door,
    JoinClient joining,
    AccessServer access,
    PeerConnections connections,
    ILoggerFactory loggers,
    GatewayServer? gateways = null) : IReplicationTransport
{
    private static readonly ProtocolId RaftProtocol = new("/orleans-replication/raft/1.0.0");
    private static readonly ProtocolId GroupProtocol = new("/orleans-replication/group/1.0.0");
    private const string KeyFileName = "identity.key";

    private PeerIdentity? _identity;
    private Libp2pHost? _host;

    /// <inheritdoc/>
    public async Task<ReplicationEndpoints> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.Value.DataDirectory);
        try
        {
            Directory.CreateDirectory(folder);
            _identity = PeerIdentity.LoadOrCreate(Path.Combine(folder, KeyFileName));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ReplicationConfigurationException($"The data folder '{folder}' cannot be used: {error.Message}", error);
        }

        var joins = options.Value.JoinAddresses.Count > 0;
        var peers = ClusterPeers.Parse(joins ? options.Value.JoinAddresses : options.Value.Peers);
        if (!joins)
            RequireMembership(_identity.PeerId, peers, folder);
        var admitted = new PeerAllowList(peers.Addresses.Keys);
        var host = CreateHost(_identity, peers, admitted);
        _host = host;
        var endpoints = await OpenAsync(host, peers, admitted, cancellationToken).ConfigureAwait(false);
        if (joins)
            joining.Begin(host, peers);
        return endpoints;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await joining.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _host, null) is { } host)
            await host.DisposeAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref _identity, null)?.Dispose();
    }

    private static void RequireMembership(PeerId self, ClusterPeers peers, string folder)
    {
        if (peers.Addresses.Count == 0 || peers.Addresses.ContainsKey(self))
            return;
        throw new ReplicationConfigurationException(
            $"This silo is peer {self} ({Path.Combine(folder, KeyFileName)}), which is not in {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.Peers)}. "
            + $"Add its address, ending in /p2p/{self}, to the list on every silo, or start it with the data folder of one of the peers that are.");
    }

    private Libp2pHost CreateHost(PeerIdentity identity, ClusterPeers peers, PeerAllowList admitted)
    {
        // With no list of peers the list of those admitted is empty as well: a silo on its own talks to nobody but its administrators, and those who may ask to join or for access. Of
        // several that let strangers in, the innermost counts them.
        var gater = door.Admit(access.Admit(new AdminGater(admitted, admin.Access)));
        var settings = new Libp2pOptions { Identity = identity, Gater = gateways?.Admit(gater) ?? gater };
        foreach (var address in ListenAddresses(identity.PeerId, peers))
            settings.ListenAddresses.Add(address);
        return new Libp2pHost(settings, loggers);
    }

    private IEnumerable<Multiaddr> ListenAddresses(PeerId self, ClusterPeers peers)
    {
        if (options.Value.ListenAddresses.Count > 0)
            return options.Value.ListenAddresses.Select(address => Multiaddr.Parse(address));
        if (!peers.Addresses.TryGetValue(self, out var own))
            return [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")];
        var bindable = own.Where(address => address.TryGetTcpEndPoint(out var endPoint) && endPoint is IPEndPoint).ToArray();
        return bindable.Length > 0
            ? bindable
            : throw new ReplicationConfigurationException(
                $"{nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.ListenAddresses)} is empty, and this silo's own address in "
                + $"{nameof(RaftReplicationOptions.Peers)} is a name, '{own[0]}'. Write the address to listen on, for example /ip4/0.0.0.0/tcp/4001.");
    }

    private async Task<ReplicationEndpoints> OpenAsync(Libp2pHost host, ClusterPeers peers, PeerAllowList admitted, CancellationToken cancellationToken)
    {
        // Served before anybody can connect, so that no peer is told that the protocols do not exist.
        var listeners = new Libp2pConnectionListenerFactory(host, new StreamHandlerOptions { AllowPeer = admitted.Contains });
        var raft = await listeners.BindAsync(new ProtocolEndPoint(RaftProtocol), cancellationToken).ConfigureAwait(false);
        var group = await listeners.BindAsync(new ProtocolEndPoint(GroupProtocol), cancellationToken).ConfigureAwait(false);
        admin.Register(host, admitted.Contains);
        door.Register(host);
        access.Register(host);
        gateways?.Register(host);
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException error)
        {
            throw new ReplicationConfigurationException(
                $"{error.Message} It comes from {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.ListenAddresses)}, or, when that is empty, from "
                + $"this silo's own line in {nameof(RaftReplicationOptions.Peers)}.",
                error);
        }

        var silos = new KnownSilos(host, admitted, peers);
        var own = new RaftPeer(host.PeerId.ToString(), new SiloEndPoint(host.PeerId, peers.Addresses.GetValueOrDefault(host.PeerId) ?? host.ListenAddresses));
        var voters = peers.Addresses.Count == 0
            ? [own]
            : peers.Addresses.Select(peer => new RaftPeer(peer.Key.ToString(), new SiloEndPoint(peer.Key, peer.Value))).ToArray();
        silos.Follow(voters);
        connections.Follow(host, silos);
        return new ReplicationEndpoints(
            own,
            voters,
            new SiloConnectionFactory(new Libp2pConnectionFactory(host, RaftProtocol)),
            raft,
            new SiloConnectionFactory(new Libp2pConnectionFactory(host, GroupProtocol)),
            group,
            Identify,
            silos.AddressesOf,
            endPoint => ((SiloEndPoint)endPoint).ToString(),
            SiloEndPoint.Parse,
            silos.Follow);
    }

    // Noise has proven the id of the other end, and libp2p puts what was proven here.
    private static string? Identify(ConnectionContext connection) => (connection.RemoteEndPoint as PeerEndPoint)?.Peer.ToString();
}
