using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Administration;
using Orleans.Replication.Clustering.Gateways;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Transport;

/// <summary>
/// Carries replication over libp2p. Only the voters may connect, and each proves its peer id; a connection to every one of them is kept warm, so that
/// a peer that is down is known to be down.
/// </summary>
internal sealed class Libp2pTransport(
    IOptions<RaftReplicationOptions> options, AdminServer admin, ILoggerFactory loggers, GatewayServer? gateways = null) : IReplicationTransport
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

        var peers = ClusterPeers.Parse(options.Value.Peers);
        RequireMembership(_identity.PeerId, peers, folder);
        var host = CreateHost(_identity, peers);
        _host = host;
        return await OpenAsync(host, peers, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
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

    private Libp2pHost CreateHost(PeerIdentity identity, ClusterPeers peers)
    {
        // With no list of peers the list of those admitted is empty as well: a silo on its own talks to nobody but its administrators.
        IConnectionGater gater = new AdminGater(new PeerAllowList(peers.Addresses.Keys), admin.Access);
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

    private async Task<ReplicationEndpoints> OpenAsync(Libp2pHost host, ClusterPeers peers, CancellationToken cancellationToken)
    {
        // Served before anybody can connect, so that no peer is told that the protocols do not exist.
        var listeners = new Libp2pConnectionListenerFactory(host, new StreamHandlerOptions { AllowPeer = peers.Addresses.ContainsKey });
        var raft = await listeners.BindAsync(new ProtocolEndPoint(RaftProtocol), cancellationToken).ConfigureAwait(false);
        var group = await listeners.BindAsync(new ProtocolEndPoint(GroupProtocol), cancellationToken).ConfigureAwait(false);
        admin.Register(host, peers.Addresses.ContainsKey);
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

        foreach (var (peer, addresses) in peers.Addresses)
        {
            if (peer != host.PeerId)
                host.KeepConnected(peer, addresses);
        }

        var voters = peers.Addresses.Keys.DefaultIfEmpty(host.PeerId).Select(ToRaftPeer).ToArray();
        return new ReplicationEndpoints(
            ToRaftPeer(host.PeerId),
            voters,
            new Libp2pConnectionFactory(host, RaftProtocol),
            raft,
            new Libp2pConnectionFactory(host, GroupProtocol),
            group,
            Identify,
            peer => AddressesOf(host, peers, peer));
    }

    private static RaftPeer ToRaftPeer(PeerId peer) => new(peer.ToString(), new PeerEndPoint(peer));

    // Noise has proven the id of the other end, and libp2p puts what was proven here.
    private static string? Identify(ConnectionContext connection) => (connection.RemoteEndPoint as PeerEndPoint)?.Peer.ToString();

    private static IReadOnlyList<string> AddressesOf(Libp2pHost host, ClusterPeers peers, string text)
    {
        if (!PeerId.TryParse(text, null, out var peer))
            return [];
        var addresses = peers.Addresses.TryGetValue(peer, out var known) ? known : peer == host.PeerId ? host.ListenAddresses : [];
        return [.. addresses.Select(address => address.WithPeerId(peer).ToString())];
    }
}
