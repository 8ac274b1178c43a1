using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Libp2p.Addresses;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Identify;
using Orleans.Replication.Libp2p.Naming;
using Orleans.Replication.Libp2p.Noise;
using Orleans.Replication.Libp2p.Ping;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Swarm;
using Orleans.Replication.Libp2p.Tls;
using Orleans.Replication.Libp2p.Transport;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// A libp2p peer: listens, dials other peers by id, and carries streams of named protocols over secured connections (TCP, Noise XX or TLS 1.3, Yamux).
/// Serves identify and ping. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The identity of the other end of every connection is proven before anything else is spoken, and on a dial it must be the peer that was dialled.
/// </remarks>
public sealed partial class Libp2pHost : IAsyncDisposable
{
    private readonly Libp2pOptions _options;
    private readonly SwarmContext _swarm;
    private readonly PeerIdentity? _ownIdentity;
    private readonly Libp2pMetrics _metrics;
    private readonly ISecureTransport[] _security;
    private readonly Upgrader _upgrader;
    private readonly Dialer _dialer;
    private readonly ConnectionTable _connections = new();
    private readonly SimultaneousDials _simultaneousDials;
    private readonly ConcurrentDictionary<PeerId, KeptPeer> _kept = new();
    private readonly TaskTracker _background;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stoppingToken;
    private readonly List<TcpAcceptor> _acceptors = [];
    private readonly IdentifyService _identify;
    private readonly OwnDescription _description;
    private readonly IdentifyPush _push;
    private readonly Lock _lifecycle = new();

    /// <summary>Peer events are raised one at a time under this lock, so that their order is that of the connections.</summary>
    private readonly Lock _events = new();
    private int _pendingHandshakes;
    private bool _started;
    private Task? _stopped;

    /// <summary>Makes a host that does nothing until <see cref="StartAsync"/>.</summary>
    /// <param name="options">What it listens on, who it is, and how patient it is.</param>
    /// <param name="loggers">Where to log; nowhere by default.</param>
    /// <param name="time">The clock of all time-outs and pauses; the system's by default.</param>
    /// <param name="meters">Makes the host's meter; a plain one by default.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IdentityFileException">The identity file cannot be used.</exception>
    public Libp2pHost(Libp2pOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null, IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _stoppingToken = _stopping.Token;
        if (options.Identity is null)
            _ownIdentity = options.KeyFile is null ? PeerIdentity.Generate() : PeerIdentity.LoadOrCreate(options.KeyFile);
        Identity = options.Identity ?? _ownIdentity!;
        _metrics = new Libp2pMetrics(meters);
        _swarm = new SwarmContext(options, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System, _metrics);
        _background = new TaskTracker(_swarm.ReportFailure);
        _security = [.. options.Security.Select(NewSecurity)];
        _upgrader = new Upgrader(_swarm, _security, Admit);
        var resolver = new AddressResolver(new NameService([.. options.NameServers]));
        _dialer = new Dialer(_swarm, _connections, AddressBook, resolver, _upgrader, Register, _stoppingToken);
        _simultaneousDials = new SimultaneousDials(_swarm, _connections, PeerId);
        _description = new OwnDescription(this, _swarm);
        _push = new IdentifyPush(_swarm, _connections, _description);
        _identify = new IdentifyService(_swarm, _description, OnIdentified);
        _identify.Register(this);
        PingService.Register(this);
        if (options.Gater is not null)
            options.Gater.Changed += OnGaterChanged;
    }

    /// <summary>Raised when the first connection with a peer is ready. Subscribers must return quickly and not block.</summary>
    public event EventHandler<PeerEventArgs>? PeerConnected;

    /// <summary>Raised when the last connection with a peer is gone. Subscribers must return quickly and not block.</summary>
    public event EventHandler<PeerEventArgs>? PeerDisconnected;

    /// <summary>
    /// Raised when a peer has described itself by identify or identify push; <see cref="Libp2pConnection.RemoteInformation"/> holds it. Subscribers must return
    /// quickly and not block.
    /// </summary>
    public event EventHandler<PeerEventArgs>? PeerIdentified;

    /// <summary>This peer's id.</summary>
    public PeerId PeerId => Identity.PeerId;

    /// <summary>This peer's public key.</summary>
    public PublicKey PublicKey => Identity.PublicKey;

    /// <summary>Where other peers are said to be.</summary>
    public AddressBook AddressBook { get; } = new();

    /// <summary>The addresses listened on, with the ports that were chosen and without the peer id; empty before the start.</summary>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; private set; } = [];

    /// <summary>
    /// The addresses that identify tells others: <see cref="Libp2pOptions.AnnounceAddresses"/>, or those listened on, where <c>0.0.0.0</c> and <c>::</c> stand
    /// for the addresses of this machine.
    /// </summary>
    public IReadOnlyList<Multiaddr> AnnouncedAddresses =>
        _options.AnnounceAddresses.Count > 0 ? [.. _options.AnnounceAddresses] : InterfaceAddresses.Expand(ListenAddresses);

    /// <summary>
    /// The addresses at which connected peers see this host, the most often reported first. They are claims, and those of connections that this host
    /// dialled have ports that nobody listens on.
    /// </summary>
    public IReadOnlyList<Multiaddr> ObservedAddresses =>
    [
        .. _connections.Snapshot()
            .Select(connection => connection.RemoteInformation?.ObservedAddress)
            .OfType<Multiaddr>()
            .GroupBy(address => address)
            .OrderByDescending(reports => reports.Count())
            .Select(reports => reports.Key),
    ];

    /// <summary>The newest signed record of <see cref="AnnouncedAddresses"/>, as identify sends it.</summary>
    public SignedPeerRecord PeerRecord => _description.Record;

    /// <summary>All connections that are ready now.</summary>
    public IReadOnlyList<Libp2pConnection> Connections => _connections.Snapshot();

    internal PeerIdentity Identity { get; }

    internal Libp2pOptions Options => _options;

    internal SwarmContext Swarm => _swarm;

    /// <summary>Cancelled when the host begins to stop.</summary>
    internal CancellationToken Stopping => _stoppingToken;

    /// <summary>How many background tasks run, for the test that a stop leaves none.</summary>
    internal int BackgroundTaskCount => _background.Count;

    /// <summary>Binds the listen addresses and begins to accept connections.</summary>
    /// <param name="cancellationToken">Not used: nothing here waits.</param>
    /// <exception cref="Libp2pException">An address cannot be bound; the host listens on none then.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        lock (_lifecycle)
        {
            ObjectDisposedException.ThrowIf(_stopped is not null, this);
            if (_started)
                return Task.CompletedTask;

            Bind();
            _started = true;
            foreach (var acceptor in _acceptors)
                _background.Run(() => acceptor.RunAsync(OnAccepted, _stoppingToken));
            _background.Run(() => _push.RunAsync(_stoppingToken));
            if (_options.IdleTimeout != Timeout.InfiniteTimeSpan)
                _background.Run(() => new IdleWatch(_swarm, _connections, IsKept).RunAsync(_stoppingToken));
        }

        Log.Listening(_swarm.Logger, PeerId, string.Join(", ", ListenAddresses));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Stops for good: stops listening and dialling, cancels the stream handlers, says goodbye on every connection, and returns when every background
    /// task has ended.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; stopping goes on.</param>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_lifecycle)
            _stopped ??= StopOnceAsync();
        return _stopped.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>
    /// Serves a protocol. A handler that is already there is replaced for new streams. Connected peers are told by identify push.
    /// </summary>
    /// <param name="protocol">The protocol's exact id.</param>
    /// <param name="handler">Serves one stream.</param>
    /// <param name="options">Who may use the protocol and how much of it; by default everybody within the host's limits.</param>
    public void SetStreamHandler(ProtocolId protocol, StreamHandler handler, StreamHandlerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (protocol == default)
            throw new ArgumentException("The protocol id is empty.", nameof(protocol));
        _swarm.Handlers.Set(protocol, handler, options ?? new StreamHandlerOptions());
        _push.Notify();
    }

    /// <summary>No longer serves a protocol; streams that are open go on. Connected peers are told by identify push.</summary>
    /// <param name="protocol">The protocol's exact id.</param>
    public bool RemoveStreamHandler(ProtocolId protocol)
    {
        var removed = _swarm.Handlers.Remove(protocol);
        if (removed)
            _push.Notify();
        return removed;
    }

    /// <summary>Asks a peer what it is and what it serves, by <c>/ipfs/id/1.0.0</c>.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the peer says about itself; only its public key is proven.</returns>
    /// <exception cref="Libp2pException">The peer cannot be reached or does not answer properly.</exception>
    public async ValueTask<PeerInformation> IdentifyAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        var connection = await ConnectAsync(peer, cancellationToken).ConfigureAwait(false);
        return await _identify.RequestAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Measures the time a message to a peer and back takes, by <c>/ipfs/ping/1.0.0</c>.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The peer cannot be reached or does not answer properly.</exception>
    public ValueTask<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellationToken = default) =>
        PingService.PingAsync(this, peer, cancellationToken);

    private ISecureTransport NewSecurity(SecurityProtocol protocol)
    {
        ProtocolId[] muxers = _options.EarlyMuxerNegotiation ? [Upgrader.Yamux] : [];
        return protocol == SecurityProtocol.Noise ? new NoiseTransport(Identity, muxers) : new TlsTransport(Identity, muxers, _swarm.Time);
    }

    private void Bind()
    {
        try
        {
            foreach (var address in _options.ListenAddresses)
            {
                address.TryGetTcpEndPoint(out var endPoint);
                _acceptors.Add(Listen(address, (IPEndPoint)endPoint!));
            }
        }
        catch
        {
            _acceptors.ForEach(acceptor => acceptor.Dispose());
            _acceptors.Clear();
            throw;
        }

        ListenAddresses = [.. _acceptors.Select(acceptor => acceptor.Address)];
    }

    private TcpAcceptor Listen(Multiaddr address, IPEndPoint endPoint)
    {
        try
        {
            return new TcpAcceptor(endPoint, _swarm.Time, _swarm.Logger);
        }
        catch (SocketException error)
        {
            throw new Libp2pException($"Cannot listen on {address}: {error.Message}. Free the port or choose another address.", error);
        }
    }

    private async Task StopOnceAsync()
    {
        await Task.Yield(); // Not under the caller's lock.
        if (_options.Gater is not null)
            _options.Gater.Changed -= OnGaterChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _acceptors.ForEach(acceptor => acceptor.Dispose());
        foreach (var kept in _kept.Values)
            kept.Dispose();

        _connections.Close();
        foreach (var connection in _connections.Snapshot())
            connection.BeginClose(YamuxErrorCode.Normal);
        await _background.DrainAsync().ConfigureAwait(false);
        foreach (var transport in _security)
            transport.Dispose();
        _metrics.Dispose();
        _ownIdentity?.Dispose();
        _stopping.Dispose();
    }

    private bool IsKept(PeerId peer) => _kept.ContainsKey(peer);
}
