using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Replication.Clustering.Gateways.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Gateways;

/// <summary>
/// The gateways of a cluster, asked of its silos. Every question goes out under a new identity and leaves no connection behind. Several silos are asked
/// side by side when the first does not answer at once; what they tell of each other is remembered, so that a client outlives its seeds. The list never
/// goes back to an older table as long as a silo may have a newer one: only when every known silo tells an older one, as after a backup was restored, it is
/// taken. When nobody answers the last list stays.
/// </summary>
internal sealed partial class RaftGatewayListProvider : IGatewayListProvider
{
    private const int MaxParallelRequests = 3;

    /// <summary>How long one silo may take before the next is asked beside it.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    private readonly RaftGatewayListOptions _options;
    private readonly string _cluster;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lazy<KnownMembers> _members;
    private GatewayList? _last;

    public RaftGatewayListProvider(
        IOptions<RaftGatewayListOptions> options, IOptions<ClusterOptions> cluster, IOptions<GatewayOptions> gateways, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options.Value;
        _cluster = cluster.Value.ClusterId;
        MaxStaleness = gateways.Value.GatewayListRefreshPeriod;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<RaftGatewayListProvider>();
        _members = new(() => new KnownMembers(_options.Seeds)); // After the options were validated.
    }

    /// <inheritdoc/>
    public TimeSpan MaxStaleness { get; }

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => InitializeGatewayListProviderAsync(CancellationToken.None);

    /// <summary>Nothing: the first list is asked for next.</summary>
    public Task InitializeGatewayListProviderAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IList<Uri>> GetGateways() => GetGatewaysAsync(CancellationToken.None);

    /// <summary>Asks the silos.</summary>
    /// <exception cref="SiloUnavailableException">No silo has ever answered; the message says what each was asked at and why it did not.</exception>
    public async Task<IList<Uri>> GetGatewaysAsync(CancellationToken cancellationToken = default)
    {
        var failures = new ConcurrentQueue<string>();
        var host = new Libp2pHost(
            new Libp2pOptions { IdentifyOnConnect = false, DialTimeout = _options.RequestTimeout, HandshakeTimeout = _options.RequestTimeout }, _loggers);
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            if (await AskAsync(host, failures, cancellationToken).ConfigureAwait(false) is { } list)
                Volatile.Write(ref _last, list);
            else if (_last is null)
                throw new SiloUnavailableException($"No silo told the gateways of cluster '{_cluster}'. {string.Join(" ", failures)}");
            else
                LogNobodyAnswered(_cluster, string.Join(" ", failures));
        }

        return [.. _last!.Gateways];
    }

    /// <summary>The first list that is as new as the last one; else the newest, when all silos told one; else null.</summary>
    private async Task<GatewayList?> AskAsync(Libp2pHost host, ConcurrentQueue<string> failures, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = new Queue<(PeerId Peer, IReadOnlyList<Multiaddr> Addresses)>(_members.Value.InOrder());
        var asked = new List<Task<GatewayList?>>();
        GatewayList? newest = null;
        var silent = false;
        var last = _last?.TableVersion ?? 0;
        while ((waiting.Count > 0 || asked.Count > 0) && (newest is null || newest.TableVersion < last))
        {
            if (waiting.Count > 0 && asked.Count < MaxParallelRequests)
                asked.Add(TryAskAsync(host, waiting.Dequeue(), failures, stop.Token));
            var next = Task.WhenAny(asked);
            if (waiting.Count > 0 && asked.Count < MaxParallelRequests)
                await Task.WhenAny(next, Task.Delay(Stagger, _time, stop.Token)).ConfigureAwait(false);
            else
                await next.ConfigureAwait(false);
            if (!next.IsCompleted)
                continue;

            var answer = await next.ConfigureAwait(false);
            asked.Remove(answer);
            var list = await answer.ConfigureAwait(false);
            silent |= list is null;
            newest = new[] { newest, list }.MaxBy(told => told?.TableVersion ?? -1);
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(asked).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return silent && newest?.TableVersion < last ? null : newest;
    }

    /// <summary>Asks one silo. Does not throw: null, and why, when it told nothing.</summary>
    private async Task<GatewayList?> TryAskAsync(
        Libp2pHost host, (PeerId Peer, IReadOnlyList<Multiaddr> Addresses) member, ConcurrentQueue<string> failures, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            host.AddressBook.Set(member.Peer, member.Addresses);
            var stream = await host.NewStreamAsync(member.Peer, GatewayProtocol.Id, either.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await SingleMessage.WriteAsync(stream, new GatewayRequest { Cluster = _cluster }, either.Token).ConfigureAwait(false);
                var reply = await SingleMessage.ReadAsync(stream.Input, GatewayReply.Parser, GatewayProtocol.MaxReplyBytes, either.Token).ConfigureAwait(false);
                if (reply.Refusal == GatewayRefusal.None)
                    _members.Value.Learn(member.Peer, reply.Members);
                if (Refusal(reply) is { } refusal)
                    throw new InvalidDataException(refusal);
                return GatewayList.Read(reply);
            }
        }
        catch (Exception error) when (error is Libp2pException or IOException or FormatException or InvalidDataException or OperationCanceledException)
        {
            failures.Enqueue($"{member.Addresses[0].WithPeerId(member.Peer)}: {Explain(error)}");
            LogFailed(error, member.Peer);
            return null;
        }
    }

    private string? Refusal(GatewayReply reply) => reply switch
    {
        { Refusal: GatewayRefusal.OtherCluster } => $"It belongs to another cluster. Give the client the silos' ClusterOptions.ClusterId; it has '{_cluster}'.",
        { Refusal: not GatewayRefusal.None } => "Its replica is not ready.",
        { Gateways.Count: 0 } => "No silo of the cluster is active and has a gateway port.",
        _ => null,
    };

    private string Explain(Exception error) => error switch
    {
        OperationCanceledException => $"It did not answer within {_options.RequestTimeout}, or another one did.",
        UnsupportedProtocolException => $"It does not tell clients. Set {nameof(RaftClusteringOptions)}.{nameof(RaftClusteringOptions.ServeGateways)} on the silos.",
        PeerRefusedException => $"{error.Message} Set {nameof(RaftClusteringOptions)}.{nameof(RaftClusteringOptions.ServeGateways)} on the silos, so that clients may connect.",
        _ => error.Message,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Peer {Peer} did not tell the gateways")]
    private partial void LogFailed(Exception exception, PeerId peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo told the gateways of cluster '{Cluster}' as new as they are known; the last list stays. {Failures}")]
    private partial void LogNobodyAnswered(string cluster, string failures);
}
