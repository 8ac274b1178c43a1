using System.Diagnostics.CodeAnalysis;
using System.Net;
using Orleans.Replication.Libp2p.Identify;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Swarm;
using Orleans.Replication.Libp2p.Transport;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p;

/// <summary>A secured connection with one peer, which carries many streams. Made and ended by a <see cref="Libp2pHost"/>.</summary>
[SuppressMessage("Design", "CA1001", Justification = "RunAsync, which the host awaits, ends and disposes of everything.")]
public sealed class Libp2pConnection
{
    private readonly SocketConnection _socket;
    private readonly SecureConnection _secured;
    private readonly YamuxSession _session;
    private readonly SwarmContext _swarm;
    private readonly CancellationTokenSource _handlersCancelled = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _closingToken;
    private bool _isRedundant;
    private YamuxErrorCode _closeCode = YamuxErrorCode.Normal;
    private bool _closing;
    private bool _confirmed;
    private PeerInformation? _remoteInformation;

    internal Libp2pConnection(
        SocketConnection socket,
        SecureConnection secured,
        ProtocolId security,
        YamuxSession session,
        EndPoint remote,
        ConnectionDirection direction,
        SwarmContext swarm)
    {
        _socket = socket;
        _secured = secured;
        _session = session;
        _swarm = swarm;
        _closingToken = _handlersCancelled.Token;
        Direction = direction;
        Security = security;
        OpenedAt = swarm.Time.GetUtcNow();
        OpenedTimestamp = swarm.Time.GetTimestamp();
        IdleSince = OpenedTimestamp;
        RemoteAddress = Multiaddr.FromTcp((IPEndPoint)remote);
        Background = new TaskTracker(swarm.ReportFailure);
        InboundStreams = new InboundStreams(this, swarm);
    }

    /// <summary>The peer at the other end, proven by the handshake.</summary>
    public PeerId RemotePeer => RemotePublicKey.PeerId;

    /// <summary>The key the peer proved to hold.</summary>
    public PublicKey RemotePublicKey => _secured.RemotePublicKey;

    /// <summary>The address of the other end's socket.</summary>
    public Multiaddr RemoteAddress { get; }

    /// <summary>Who dialled.</summary>
    public ConnectionDirection Direction { get; }

    /// <summary>What secures it: <c>/noise</c> or <c>/tls/1.0.0</c>.</summary>
    public ProtocolId Security { get; }

    /// <summary>What carries its streams: <c>/yamux/1.0.0</c>.</summary>
    public ProtocolId Multiplexer => _secured.EarlyMuxer ?? Upgrader.Yamux;

    /// <summary>Whether the multiplexer was agreed on within the handshake, which saves a round trip; else multistream-select did it.</summary>
    public bool UsedEarlyMuxerNegotiation => _secured.EarlyMuxer is not null;

    /// <summary>When the connection was secured.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>How many streams are open, in both directions.</summary>
    public int StreamCount => _session.StreamCount;

    /// <summary>Cancelled when the connection is lost or closed; its streams have ended then.</summary>
    public CancellationToken Closed => _session.Closed;

    /// <summary>What the peer last said about itself, by identify or identify push; null before.</summary>
    public PeerInformation? RemoteInformation => Volatile.Read(ref _remoteInformation);

    internal TaskTracker Background { get; }

    internal InboundStreams InboundStreams { get; }

    internal long OpenedTimestamp { get; }

    /// <summary>
    /// Whether another connection with the same peer takes this one's place: both came about because the two dialled each other at once. New streams use
    /// the other one as long as it lives.
    /// </summary>
    internal bool IsRedundant
    {
        get => Volatile.Read(ref _isRedundant);
        set => Volatile.Write(ref _isRedundant, value);
    }

    /// <summary>The last time the idle watch saw a stream, or the time of opening.</summary>
    internal long IdleSince { get; set; }

    /// <summary>Why the connection was lost; null while it lives and after an orderly end.</summary>
    internal Exception? Error => _session.Error;

    /// <summary>Opens a stream on this connection. With one candidate there is no round trip: the answer is awaited by the first read.</summary>
    /// <param name="protocols">The protocols to propose, in order of preference.</param>
    /// <param name="cancellationToken">Gives up; the stream is reset then.</param>
    internal async ValueTask<Libp2pStream> OpenStreamAsync(IReadOnlyList<ProtocolId> protocols, CancellationToken cancellationToken)
    {
        var stream = await OpenRawStreamAsync(cancellationToken).ConfigureAwait(false);
        var timeout = new CancellationTokenSource(_swarm.Options.NegotiationTimeout, _swarm.Time);
        try
        {
            if (protocols is [var only])
            {
                await MultistreamSelect.ProposeOptimisticallyAsync(stream.Output, only, cancellationToken).ConfigureAwait(false);
                return new Libp2pStream(stream, this, only, timeout);
            }

            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            var agreed = await MultistreamSelect.ProposeAsync(stream, protocols, linked.Token).ConfigureAwait(false);
            timeout.Dispose();
            return new Libp2pStream(stream, this, agreed, ConnectionDirection.Outbound);
        }
        catch (Exception error)
        {
            stream.Reset((uint)YamuxErrorCode.NegotiationFailed);
            stream.Dispose();
            var late = error is OperationCanceledException && !cancellationToken.IsCancellationRequested;
            timeout.Dispose();
            if (late)
                throw new NegotiationFailedException("The other side did not answer a proposal in time.", error);
            throw;
        }
    }

    /// <summary>Opens a stream on which nothing was agreed on.</summary>
    internal ValueTask<YamuxStream> OpenRawStreamAsync(CancellationToken cancellationToken) => _session.OpenStreamAsync(cancellationToken);

    /// <summary>Sends what the streams still hold, says goodbye, and returns when everything of this connection has ended.</summary>
    public Task CloseAsync() => CloseAsync(YamuxErrorCode.Normal);

    /// <summary>The peer, its address and the direction.</summary>
    public override string ToString() => $"{Direction} connection with {RemotePeer} at {RemoteAddress}";

    /// <summary>Takes what the peer says about itself. What it leaves out of a push stays as it was; an answer is complete.</summary>
    /// <exception cref="Libp2pException">It claims to be another peer.</exception>
    internal PeerInformation UpdateInformation(IdentifyMessage message, bool isPush)
    {
        while (true) // An answer and a push may come at once.
        {
            var known = RemoteInformation;
            var updated = IdentifyCodec.Apply(message, RemotePublicKey, isPush ? known : OnlyRecord(known));
            if (Interlocked.CompareExchange(ref _remoteInformation, updated, known) == known)
                return updated;
        }
    }

    /// <summary>Of what was known, what still counts when the peer describes itself anew: by its record it is seen which description is the newer.</summary>
    private static PeerInformation? OnlyRecord(PeerInformation? known) =>
        known is null ? null : new PeerInformation { PublicKey = known.PublicKey, PeerRecord = known.PeerRecord };

    internal async Task CloseAsync(YamuxErrorCode code)
    {
        BeginClose(code);
        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Makes the handlers end and then <see cref="RunAsync"/>, which closes the rest.</summary>
    internal void BeginClose(YamuxErrorCode code)
    {
        if (Interlocked.Exchange(ref _closing, true))
            return;

        _closeCode = code;
        try
        {
            _handlersCancelled.Cancel();
        }
        catch (AggregateException error)
        {
            _swarm.ReportFailure(error); // A handler's own callback failed; the connection closes all the same.
        }
    }

    /// <summary>
    /// Waits until the other side speaks on the multiplexed connection. Where the multiplexer was agreed on early, the dialler is ready before the other
    /// side has judged it, and a dial that was refused must not look like one that succeeded.
    /// </summary>
    internal async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        if (!UsedEarlyMuxerNegotiation)
            return; // It answered a proposal on the secured connection.

        try
        {
            _confirmed = true;
            _session.Start();
            await _session.PingAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await EndAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a connection that nobody uses and that <see cref="RunAsync"/> never ran: another one to the same peer was there first.</summary>
    internal Task DiscardAsync()
    {
        BeginClose(YamuxErrorCode.Supplanted);
        return EndAsync();
    }

    /// <summary>Serves inbound streams until the connection is lost or closed, then ends everything that belongs to it.</summary>
    internal async Task RunAsync(Action<Libp2pConnection> onClosed)
    {
        try
        {
            if (Volatile.Read(ref _closing))
                _session.BeginClose(_closeCode); // It is turned away: nothing is to be answered before the go-away.
            if (!_confirmed)
                _session.Start();
            await AcceptStreamsAsync().ConfigureAwait(false);
        }
        finally
        {
            onClosed(this); // First: from now on nobody is given this connection.
            await EndAsync().ConfigureAwait(false);
            _ended.SetResult();
        }
    }

    private async Task AcceptStreamsAsync()
    {
        try
        {
            while (await _session.AcceptStreamAsync(_closingToken).ConfigureAwait(false) is { } stream)
                _ = Background.Run(() => InboundStreams.ServeAsync(stream, _closingToken));
        }
        catch (OperationCanceledException) when (_closingToken.IsCancellationRequested)
        {
            // Closed from this side.
        }
    }

    private async Task EndAsync()
    {
        BeginClose(_closeCode); // When the peer left, the handlers do not know yet.
        try
        {
            await _session.CloseAsync(_closeCode).ConfigureAwait(false);
        }
        finally
        {
            await _session.DisposeAsync().ConfigureAwait(false);
            await Background.DrainAsync().ConfigureAwait(false);
            _secured.Dispose();
            _socket.Dispose();
            _handlersCancelled.Dispose();
        }
    }
}
