using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Access;

/// <summary>
/// The door for those who hold no replica, clients and silos: who says the token may propose commands for states and for the tables of the providers, read both and watch them through this silo's
/// replica, and nothing else.
/// The members' own protocols stay closed. Without a token there is no door.
/// </summary>
internal sealed partial class AccessServer(
    Func<IReplicationHost> host,
    AccessAnswers answers,
    AccessWatches watches,
    AccessTableWatches tableWatches,
    AccessScans scans,
    IOptions<RaftReplicationOptions> options,
    IOptions<ClusterOptions> cluster,
    TimeProvider time,
    ILogger<AccessServer> logger) : IDisposable
{
    private const int MaxStreams = 1024;

    /// <summary>How many of those may be of strangers that have not said the token yet: they hold up nobody who has.</summary>
    private const int MaxKnocking = MaxStreams / 4;

    private const int MaxBufferedCommands = 8;
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a request and its answer may take on their way. What the group takes has the group's own limits.</summary>
    private static readonly TimeSpan TransferTimeout = TimeSpan.FromSeconds(30);

    private readonly Lazy<SharedSecret?> _token = new(() => SharedSecret.Of(options.Value.AccessToken));
    private readonly Lazy<ByteBudget> _budget = new(() => new ByteBudget(AccessProtocol.MaxResponseBytes + ((long)MaxBufferedCommands * options.Value.MaxCommandBytes)));
    private readonly Guests _guests = new();
    private readonly PeerNotices _notices = new();
    private readonly Meter _meter = new("Orleans.Replication");
    private int _knocking;
    private Counter<long>? _requests;
    private Counter<long>? _refused;

    private int MaxRequestBytes => AccessProtocol.RequestOverheadBytes + options.Value.MaxCommandBytes;

    /// <summary>Who may connect: with a token, strangers as well, a few at a time; those who have said it stay.</summary>
    public IConnectionGater Admit(IConnectionGater others) => _token.Value is null ? others : new StrangerGater(others, time, _guests);

    /// <summary>Begins to serve, when there is a token.</summary>
    public void Register(Libp2pHost libp2p)
    {
        if (_token.Value is null)
            return;
        _requests = _meter.CreateCounter<long>("orleans.replication.access.requests", "{request}", "Requests of clients and silos without a replica that were let in, by the kind (tag 'kind').");
        _refused = _meter.CreateCounter<long>("orleans.replication.access.refused", "{request}", "Requests of clients and silos without a replica that were refused, by the reason (tag 'reason').");
        _meter.CreateObservableUpDownCounter("orleans.replication.access.guests", () => _guests.Count, "{connection}", "Connections of peers that are no members and have said the token.");
        libp2p.SetStreamHandler(
            AccessProtocol.Id, ServeAsync, new StreamHandlerOptions { MaxStreams = MaxStreams, MaxStreamsPerConnection = AccessProtocol.MaxStreamsPerConnection });
    }

    public void Dispose() => _meter.Dispose();

    private async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        // Who asks resets the stream to give up, and what it asked for ends.
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stream.Closed);
        var input = stream.Input.AsStream(leaveOpen: true);
        var output = stream.Output.AsStream(leaveOpen: true);
        await using (input.ConfigureAwait(false))
        await using (output.ConfigureAwait(false))
        {
            try
            {
                await ServeAsync(stream, new MessageStream(input), new MessageStream(output), gone.Token).ConfigureAwait(false);
                await stream.CloseWriteAsync(gone.Token).ConfigureAwait(false);
                await StreamEnd.WaitAsync(stream, AccessProtocol.MaxHelloBytes + options.Value.MaxCommandBytes, HelloTimeout, gone.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or TimeoutException)
            {
                LogGone(error, stream.RemotePeer);
                stream.Reset();
            }
        }
    }

    private async ValueTask ServeAsync(Libp2pStream stream, MessageStream requests, MessageStream responses, CancellationToken gone)
    {
        AccessHello? hello = null;
        try
        {
            hello = await ReadHelloAsync(stream, requests, gone).ConfigureAwait(false);
            var group = Admit(stream, hello);
            var length = await WithinAsync(HelloTimeout, token => requests.ReadLengthAsync(MaxRequestBytes, token), gone).ConfigureAwait(false)
                ?? throw new InvalidDataException("The stream ended before a request.");
            using var share = _budget.Value.TryTake(length) ?? throw new AccessRefusedException(FailureKind.Busy, "Too many bytes of requests are held here at this moment.");
            var request = await WithinAsync(TransferTimeout, token => requests.ReadBodyAsync(AccessRequest.Parser, length, token), gone).ConfigureAwait(false);
            _requests?.Add(1, new KeyValuePair<string, object?>("kind", request.KindCase.ToString()));
            var last = request.KindCase switch
            {
                AccessRequest.KindOneofCase.Watch => await watches.RunAsync(group, request.Watch, TellAsync, gone).ConfigureAwait(false),
                AccessRequest.KindOneofCase.WatchTable => await tableWatches.RunAsync(group, request.WatchTable, TellAsync, gone).ConfigureAwait(false),
                AccessRequest.KindOneofCase.Scan => await scans.RunAsync(group, request.Scan, response => SendAsync(group, hello, responses, response, gone), gone).ConfigureAwait(false),
                _ => await answers.AnswerAsync(group, request, stream.RemotePeer, gone).ConfigureAwait(false),
            };
            if (last is not null)
                await SendAsync(group, hello, responses, last, gone).ConfigureAwait(false);

            async ValueTask TellAsync(AccessResponse response) => await SendAsync(group, hello, responses, response, gone).ConfigureAwait(false);
        }
        catch (AccessRefusedException refused)
        {
            Count(stream.RemotePeer, refused.Kind);
            await SendAsync(null, hello, responses, AccessFailures.Describe(refused, mayBeDone: false), gone).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            Count(stream.RemotePeer, FailureKind.Malformed);
            var refused = new AccessRefusedException(FailureKind.Malformed, error.Message);
            await SendAsync(null, hello, responses, AccessFailures.Describe(refused, mayBeDone: false), gone).ConfigureAwait(false);
        }
    }

    private async ValueTask<AccessHello?> ReadHelloAsync(Libp2pStream stream, MessageStream requests, CancellationToken gone)
    {
        var isStranger = _guests.IsStranger(stream.Connection);
        try
        {
            if (isStranger && Interlocked.Increment(ref _knocking) > MaxKnocking)
                throw new AccessRefusedException(FailureKind.Busy, "Too many knock here at this moment.");
            return await WithinAsync(HelloTimeout, token => requests.ReadAsync(AccessHello.Parser, AccessProtocol.MaxHelloBytes, token), gone).ConfigureAwait(false);
        }
        finally
        {
            if (isStranger)
                Interlocked.Decrement(ref _knocking);
        }
    }

    /// <summary>Judges the caller, and finds the group.</summary>
    /// <exception cref="AccessRefusedException">It may not ask, or cannot be answered.</exception>
    private RaftGroup Admit(Libp2pStream stream, AccessHello? hello)
    {
        if (hello is null || _token.Value?.Is(hello.Token) != true)
            throw new AccessRefusedException(FailureKind.WrongToken, $"The token is not the silos' {nameof(RaftReplicationOptions.AccessToken)}.");
        if (hello.Version != AccessProtocol.Version)
            throw new AccessRefusedException(FailureKind.WrongVersion, $"Version {hello.Version} of the access protocol is not spoken here, version {AccessProtocol.Version} is.");
        var own = options.Value.ClusterId ?? cluster.Value.ClusterId;
        if (hello.Cluster != own)
            throw new AccessRefusedException(FailureKind.OtherCluster, $"This is cluster '{own}', not '{hello.Cluster}'.");
        if (!_guests.TryAdmit(stream.Connection))
            throw new AccessRefusedException(FailureKind.Busy, $"{Guests.MaxConnections} connections are served here already. Ask another silo.");
        if (_notices.FirstTime(stream.RemotePeer, isRefused: false))
            LogAdmitted(stream.RemotePeer, hello.Group);
        try
        {
            return host().GetGroup(hello.Group);
        }
        catch (Exception error) when (error is ReplicationConfigurationException or ArgumentException)
        {
            throw new AccessRefusedException(FailureKind.NoGroup, $"There is no replication group '{hello.Group}' on silo {host().PeerId}.");
        }
        catch (ReplicationUnavailableException error)
        {
            throw new AccessRefusedException(FailureKind.Unavailable, error.Message);
        }
    }

    /// <summary>Sends a response, with what every response tells.</summary>
    /// <returns>False when there is no room for it here: that is then what was sent.</returns>
    private async ValueTask<bool> SendAsync(RaftGroup? group, AccessHello? hello, MessageStream responses, AccessResponse response, CancellationToken gone)
    {
        if (group is not null)
        {
            response.OperationsVersion = group.Tables.OfType<States.StatesTable>().Single().Version;
            if (hello is { TellMembers: true })
            {
                hello.TellMembers = false; // The first response tells.
                foreach (var member in group.GetStatus().Members)
                    response.Members.AddRange(host().GetAddresses(member.Id));
            }
        }

        using var share = _budget.Value.TryTake(response.CalculateSize());
        var isHeld = share is not null || response.Propose is not null; // What was done is said in any case.
        if (!isHeld)
            response = new AccessResponse { Failure = new Failure { Kind = FailureKind.Busy, Message = "Too many bytes of answers are held here at this moment." } };
        await WithinAsync(TransferTimeout, WriteAsync, gone).ConfigureAwait(false);
        return isHeld;

        async ValueTask<bool> WriteAsync(CancellationToken token)
        {
            await responses.WriteAsync(response, token).ConfigureAwait(false);
            return true;
        }
    }

    private async ValueTask<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, ValueTask<T>> act, CancellationToken gone)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, gone);
        return await act(either.Token).ConfigureAwait(false);
    }

    private void Count(PeerId peer, FailureKind kind)
    {
        _refused?.Add(1, new KeyValuePair<string, object?>("reason", kind.ToString()));
        if (_notices.FirstTime(peer, isRefused: true))
            LogRefused(peer, kind);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Peer {Peer} has said the token, and uses group '{Group}' through this silo.")]
    private partial void LogAdmitted(PeerId peer, string group);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request of peer {Peer} for access was refused: {Refusal}. Further ones of it are only counted.")]
    private partial void LogRefused(PeerId peer, FailureKind refusal);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Peer {Peer} has gone before its request was answered")]
    private partial void LogGone(Exception exception, PeerId peer);
}
