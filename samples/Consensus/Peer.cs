using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Consensus;

/// <summary>One peer: a libp2p host, a member of the Raft group over it, and its consensus on a ledger.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly ProtocolId RaftProtocol = new("/consensus-sample/raft/1.0.0");
    private static readonly ProtocolId GroupProtocol = new("/consensus-sample/group/1.0.0");

    private readonly PeerIdentity _identity = PeerIdentity.Generate();
    private Libp2pHost? _host;
    private RaftNode? _node;

    public PeerId Id => _identity.PeerId;

    /// <summary>What the peers agree on. Every peer makes it alike.</summary>
    public OpLogConsensus<Ledger, Enter> Ledger { get; } = new("ledger", initial: new Ledger(0, 0, 14_695_981_039_346_656_037));

    /// <summary>Listens on a free port of this machine. Only the peers of the list may connect, and each proves its id.</summary>
    public async Task ListenAsync(IReadOnlyList<PeerId> peers, string dataDirectory, CancellationToken cancellationToken)
    {
        var host = new Libp2pHost(new Libp2pOptions
        {
            Identity = _identity,
            Gater = new PeerAllowList(peers),
            ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") },
        });
        _host = host;

        // The protocols are served before anybody can ask for them.
        var listeners = new Libp2pConnectionListenerFactory(host, new StreamHandlerOptions { AllowPeer = peers.Contains });
        var options = new RaftNodeOptions
        {
            ClusterId = "consensus-sample",
            Local = ToMember(Id),
            DataDirectory = dataDirectory,
            RaftConnections = new Libp2pConnectionFactory(host, RaftProtocol),
            RaftListener = await listeners.BindAsync(new ProtocolEndPoint(RaftProtocol), cancellationToken),
            GroupConnections = new Libp2pConnectionFactory(host, GroupProtocol),
            GroupListener = await listeners.BindAsync(new ProtocolEndPoint(GroupProtocol), cancellationToken),
            IdentifyPeer = Identify,

            // The log keeps who the members are. That is a peer id here: the host knows where its peers are.
            FormatEndPoint = endPoint => ((PeerEndPoint)endPoint).Peer.ToString(),
            ParseEndPoint = text => new PeerEndPoint(PeerId.Parse(text)),
        };
        await host.StartAsync(cancellationToken);
        var group = new RaftGroupOptions { Voters = [.. peers.Select(ToMember)], Tables = [Ledger.Table] };
        _node = new RaftNode(options, [group], NullLoggerFactory.Instance);
    }

    /// <summary>Keeps a connection to every other peer, and takes part in the group.</summary>
    public async Task JoinAsync(IEnumerable<Peer> peers, CancellationToken cancellationToken)
    {
        foreach (var other in peers.Where(peer => peer != this))
            _host!.KeepConnected(other.Id, other._host!.ListenAddresses);
        await _node!.StartAsync(cancellationToken);
        Ledger.Attach(_node.Groups["default"]);
        await _node.Groups["default"].WaitForLeaderAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        _identity.Dispose();
    }

    private static RaftPeer ToMember(PeerId peer) => new(peer.ToString(), new PeerEndPoint(peer));

    private static string? Identify(ConnectionContext connection) => (connection.RemoteEndPoint as PeerEndPoint)?.Peer.ToString();
}
