using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Access;

/// <summary>
/// Asks silos that hold a replica, for those who hold none. It keeps a connection with the one that answered last, and goes to the next when that one does not: the seeds, and those that
/// one of them ever told of. What certainly was not done is tried again until the time is over; a change whose answer is lost is not, since it may have been made. Reads are, always.
/// </summary>
/// <remarks>It connects with the first request, under an identity of its own that nobody has to know.</remarks>
internal sealed partial class AccessClient : IAsyncDisposable
{
    private const int AttemptsOfAReadInTime = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(30);

    private readonly RaftAccessOptions _options;
    private readonly ClusterOptions _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lazy<KnownMembers> _members;
    private readonly Lazy<Libp2pHost> _host;
    private readonly SemaphoreSlim _slots = new(AccessProtocol.MaxRequestsPerConnection);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, int> _operationsVersions = new(StringComparer.Ordinal);
    private int _watches;
    private long _toldAt;
    private bool _isTold;

    public AccessClient(IOptions<RaftAccessOptions> options, IOptions<ClusterOptions> cluster, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _cluster, _time) = (options.Value, cluster.Value, time);
        _logger = loggers.CreateLogger<AccessClient>();
        _members = new(() => new KnownMembers(_options.Seeds)); // After the options were validated.
        _host = new(() => new Libp2pHost(new Libp2pOptions { IdentifyOnConnect = false, DialTimeout = _options.ConnectTimeout, HandshakeTimeout = _options.ConnectTimeout }, loggers));
    }

    /// <summary>Who this process is to the silos.</summary>
    public PeerId PeerId => _host.Value.PeerId;

    /// <summary>The silos that are asked first.</summary>
    public IEnumerable<string> Seeds => _options.Seeds;

    /// <summary>The version of the operations that is in force in a group, as a silo told last; 1 before the first answer.</summary>
    public int OperationsVersion(string group) => _operationsVersions.GetValueOrDefault(group, 1);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_host.IsValueCreated)
            await _host.Value.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Asks, and waits for the one answer, which is no failure.</summary>
    /// <param name="group">The group.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="operation">The operation in it that needs the highest version.</param>
    /// <param name="cancellationToken">Gives up; a change may have been made.</param>
    /// <exception cref="ReplicationException">Each derived type says what is known to have happened.</exception>
    /// <exception cref="ArgumentException">The request is wrong; nothing was done.</exception>
    public async ValueTask<AccessResponse> AskAsync(string group, AccessRequest request, Type? operation, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token, cancellationToken);
        await EnterAsync(either.Token, cancellationToken).ConfigureAwait(false);
        try
        {
            var (exchange, response) = await BeginAsync(group, request, operation, either.Token, cancellationToken).ConfigureAwait(false);
            await exchange.DisposeAsync().ConfigureAwait(false);
            return response;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Reads ranges of records of one moment. When a silo is lost amid its answer, another one is asked for all of it.</summary>
    /// <exception cref="ReplicationException">No silo has answered.</exception>
    /// <exception cref="ArgumentException">The request is wrong.</exception>
    public async ValueTask<List<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>>> ScanAsync(string group, ScanRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token, cancellationToken);
        await EnterAsync(either.Token, cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                var (exchange, first) = await BeginAsync(group, new AccessRequest { Scan = request }, operation: null, either.Token, cancellationToken).ConfigureAwait(false);
                await using (exchange.ConfigureAwait(false))
                {
                    if (await CollectAsync(exchange, first, either.Token, cancellationToken).ConfigureAwait(false) is { } rows)
                        return rows;
                }

                _members.Value.Fail(exchange.Peer);
                await Task.Delay(FirstPause, _time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Takes the room of a watch.</summary>
    /// <returns>To be disposed of when the watch ends.</returns>
    /// <exception cref="ReplicationBusyException">There are too many.</exception>
    public IDisposable EnterWatch()
    {
        if (Interlocked.Increment(ref _watches) <= AccessProtocol.MaxWatchesPerConnection)
            return new WatchRoom(this);
        Interlocked.Decrement(ref _watches);
        throw new ReplicationBusyException($"{AccessProtocol.MaxWatchesPerConnection} watches run already in this process. Watch the group once, and share what it tells.");
    }

    /// <summary>Begins a watch: asks until a silo says where it begins.</summary>
    /// <returns>The stream, to be disposed of, and the first response.</returns>
    /// <exception cref="ReplicationException">No silo serves the watch.</exception>
    public async ValueTask<(AccessExchange Exchange, AccessResponse First)> BeginWatchAsync(string group, AccessRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token, cancellationToken);
        return await BeginAsync(group, request, operation: null, either.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the next response to a watch.</summary>
    /// <exception cref="TimeoutException">The silo does not even show that it lives.</exception>
    /// <exception cref="InvalidDataException">What came is no response.</exception>
    /// <exception cref="IOException">The silo is lost, or ended the stream.</exception>
    public async ValueTask<AccessResponse> NextOfWatchAsync(AccessExchange exchange, string group, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(AccessProtocol.MaxSilence, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            var response = await exchange.NextAsync(either.Token).ConfigureAwait(false);
            Learn(group, response);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Silo {exchange.Peer} has said nothing for {AccessProtocol.MaxSilence}.");
        }
    }

    /// <summary>A silo that served a watch does so no longer, and is not asked first.</summary>
    public void Fail(PeerId peer) => _members.Value.Fail(peer);

    /// <summary>Takes from a response what it tells beside its answer. A version that was raised is not lowered: one that is lower is of a silo that is behind.</summary>
    public void Learn(string group, AccessResponse response)
    {
        if (response.OperationsVersion > OperationsVersion(group))
            _operationsVersions.AddOrUpdate(group, response.OperationsVersion, (_, known) => Math.Max(known, response.OperationsVersion));
    }

    private async ValueTask EnterAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ReplicationBusyException($"{AccessProtocol.MaxRequestsPerConnection} requests were under way for {_options.RequestTimeout}, and nothing was written.");
        }
    }

    /// <summary>Takes the rows of all responses.</summary>
    /// <returns>Null when the silo was lost before the last one.</returns>
    private async ValueTask<List<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>>?> CollectAsync(
        AccessExchange exchange, AccessResponse response, CancellationToken deadline, CancellationToken cancellationToken)
    {
        var rows = new List<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>>();
        while (true)
        {
            if (response.Failure is { } failure)
                return AccessFailures.IsWorthAnotherTry(failure.Kind) ? null : throw AccessFailures.ToError(failure, new AccessRequest(), operation: null);
            if (response.Scan is not { } reply)
                throw new ReplicationUnavailableException("The silo answered a read in a way that this software does not know.");
            rows.AddRange(reply.Rows.Select(row => KeyValuePair.Create(row.Key.Memory, new StateRecord(row.Value.Memory, row.Version))));
            if (reply.Last)
                return rows;
            try
            {
                using var attempt = CancellationTokenSource.CreateLinkedTokenSource(deadline);
                attempt.CancelAfter(_options.RequestTimeout / AttemptsOfAReadInTime);
                response = await exchange.NextAsync(attempt.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LogFailed(error, exchange.Peer);
                return null;
            }
        }
    }

    /// <summary>Goes from silo to silo until one answers.</summary>
    private async ValueTask<(AccessExchange Exchange, AccessResponse First)> BeginAsync(
        string group, AccessRequest request, Type? operation, CancellationToken deadline, CancellationToken cancellationToken)
    {
        var failures = new AccessFailureList();
        var begun = _time.GetTimestamp();
        var longest = TimeSpan.Zero;
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            foreach (var (peer, addresses) in _members.Value.InOrder())
            {
                if (IsOver())
                    break;
                var tried = _time.GetTimestamp();
                if (await TryAsync(peer, addresses, group, request, operation, failures, deadline, cancellationToken).ConfigureAwait(false) is { } answered)
                    return answered;
                longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, _time.GetElapsedTime(tried).Ticks));
            }

            if (!failures.IsFinal && !IsOver())
                await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), _time, deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (failures.IsFinal || IsOver())
                throw failures.ToError(group);
        }

        // A change that is cut short by the end of the time is of unknown outcome: one that would probably be is not tried again, so that it can be said that nothing was written.
        bool IsOver() => deadline.IsCancellationRequested || (request.Propose is not null && _time.GetElapsedTime(begun) + longest > _options.RequestTimeout);
    }

    /// <summary>Asks one silo.</summary>
    /// <returns>Null when it is worth to ask another, or the same one later.</returns>
    private async ValueTask<(AccessExchange Exchange, AccessResponse First)?> TryAsync(
        PeerId peer,
        IReadOnlyList<Multiaddr> addresses,
        string group,
        AccessRequest request,
        Type? operation,
        AccessFailureList failures,
        CancellationToken deadline,
        CancellationToken cancellationToken)
    {
        var exchange = new AccessExchange(_host.Value, peer);
        AccessResponse? answer = null;
        try
        {
            var response = await AskAsync(exchange, addresses, group, request, deadline).ConfigureAwait(false);
            Learn(group, response);
            if (response.Failure is { } failure)
            {
                _members.Value.Fail(peer);
                if (!AccessFailures.IsWorthAnotherTry(failure.Kind))
                    throw AccessFailures.ToError(failure, request, operation);
                failures.Add(peer, failure);
                LogRefused(peer, failure.Kind, failure.Message);
                return null;
            }

            _members.Value.Learn(peer, response.Members);
            if (response.Members.Count > 0)
                (_isTold, _toldAt) = (true, _time.GetTimestamp());
            answer = response;
            return (exchange, response);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            _members.Value.Fail(peer);
            _isTold = false;
            cancellationToken.ThrowIfCancellationRequested();
            if (exchange.MayBeTaken && request.Propose is not null)
                throw new ReplicationOutcomeUnknownException($"The answer of silo {peer} to a write is lost, and the write may have happened: {Explain(error)}", error);
            failures.Add(peer, Explain(error));
            LogFailed(error, peer);
            return null;
        }
        finally
        {
            if (answer is null)
                await exchange.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<AccessResponse> AskAsync(AccessExchange exchange, IReadOnlyList<Multiaddr> addresses, string group, AccessRequest request, CancellationToken deadline)
    {
        var host = _host.Value;
        await host.StartAsync(deadline).ConfigureAwait(false);
        host.AddressBook.Set(exchange.Peer, addresses);
        await exchange.ConnectAsync(_options.ConnectTimeout, deadline).ConfigureAwait(false);
        var hello = new AccessHello
        {
            Version = AccessProtocol.Version,
            Token = _options.AccessToken ?? string.Empty,
            Cluster = _options.ClusterId ?? _cluster.ClusterId,
            Group = group,
            TellMembers = !_isTold || _time.GetElapsedTime(_toldAt) > TellInterval,
        };
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(deadline);

        // A silo that hangs must not take all the time of what another one can answer as well.
        if (request.Propose is null)
            attempt.CancelAfter(_options.RequestTimeout / AttemptsOfAReadInTime);
        return await exchange.AskAsync(hello, request, attempt.Token).ConfigureAwait(false);
    }

    private static string Explain(Exception error) => error switch
    {
        OperationCanceledException => "It did not answer in time.",
        UnsupportedProtocolException => $"It serves nobody but members. Set {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.AccessToken)} on the silos.",
        PeerRefusedException => $"{error.Message} Set {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.AccessToken)} on the silos, so that others than members may connect.",
        _ => error.Message,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {Peer} did not answer")]
    private partial void LogFailed(Exception exception, PeerId peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {Peer} did not serve a request ({Refusal}): {Reason}")]
    private partial void LogRefused(PeerId peer, FailureKind refusal, string reason);

    private sealed class WatchRoom(AccessClient client) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
                Interlocked.Decrement(ref client._watches);
        }
    }
}
