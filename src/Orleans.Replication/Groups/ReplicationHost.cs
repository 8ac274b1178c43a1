using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Replication.Groups;

/// <inheritdoc cref="IReplicationHost"/>
/// <remarks>
/// Starts and stops with the silo (<see cref="ReplicationStages"/>), once. After the stop the groups are still there to be asked, and answer that
/// they are unavailable.
/// </remarks>
internal sealed partial class ReplicationHost(
    IOptions<RaftReplicationOptions> options,
    IOptions<ClusterOptions> cluster,
    IReplicationTransport transport,
    GroupTables tables,
    ILoggerFactory loggers) : IReplicationHost, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly ILogger<ReplicationHost> _logger = loggers.CreateLogger<ReplicationHost>();
    private volatile Running? _running;
    private RaftNode? _node;

    /// <inheritdoc/>
    public string PeerId => Started().PeerId;

    /// <inheritdoc/>
    public IReadOnlyList<RaftGroup> Groups => Started().Groups;

    /// <inheritdoc/>
    public RaftGroup GetGroup(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var groups = Started().Groups;
        foreach (var group in groups)
        {
            if (group.Name == name)
                return group;
        }

        throw new ReplicationConfigurationException(
            $"This silo has no replication group '{name}', only {string.Join(", ", groups.Select(group => $"'{group.Name}'"))}. "
            + $"Add the name to {nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.Groups)} on every silo.");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> GetAddresses(string peerId)
    {
        ArgumentException.ThrowIfNullOrEmpty(peerId);
        return Started().Addresses(peerId);
    }

    /// <inheritdoc/>
    public RaftPeer? ReadPeer(string? address)
    {
        try
        {
            return address is { Length: > 0 } && SiloEndPoint.Parse(address) is { Addresses.Count: > 0 } endPoint ? new RaftPeer(endPoint.Peer.ToString(), endPoint) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observer.Subscribe(nameof(ReplicationHost), ReplicationStages.Host, StartAsync, StopAsync);
        observer.Subscribe(nameof(CatchUp), ReplicationStages.CatchUp, CatchUpAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _node, null) is { } node)
            await node.DisposeAsync().ConfigureAwait(false);
        await transport.DisposeAsync().ConfigureAwait(false);
    }

    private Running Started() => _running ?? throw new ReplicationUnavailableException(
        "Replication has not started on this silo, so nothing was written. It starts before everything else of the silo.");

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.Value.DataDirectory);
        try
        {
            var endpoints = await transport.StartAsync(cancellationToken).ConfigureAwait(false);
            var node = CreateNode(folder, endpoints);
            _node = node;
            foreach (var group in node.Groups.Values)
                group.PeersChanged += _ => endpoints.Follow(node.Groups.Values.SelectMany(member => member.Peers.Count > 0 ? member.Peers : endpoints.Voters));
            await node.StartAsync(cancellationToken).ConfigureAwait(false);
            _running = new Running(
                endpoints.Local.Id,
                [.. node.Groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal)],
                endpoints.AddressesOf);
            LogStarted(endpoints.Local.Id, folder, endpoints.Voters.Count, node.Groups.Keys);
        }
        catch (Exception error)
        {
            await CleanUpAsync().ConfigureAwait(false);
            if (error is RaftStorageException or UnreadableStateException)
                throw new ReplicationConfigurationException($"The data folder '{folder}' cannot be used: {error.Message}", error);
            throw;
        }
    }

    private RaftNode CreateNode(string folder, ReplicationEndpoints endpoints)
    {
        var node = new RaftNodeOptions
        {
            ClusterId = options.Value.ClusterId ?? cluster.Value.ClusterId,
            Local = endpoints.Local,
            DataDirectory = folder,
            RaftConnections = endpoints.RaftConnections,
            RaftListener = endpoints.RaftListener,
            GroupConnections = endpoints.GroupConnections,
            GroupListener = endpoints.GroupListener,
            IdentifyPeer = endpoints.IdentifyPeer,
            FormatEndPoint = endpoints.FormatEndPoint,
            ParseEndPoint = endpoints.ParseEndPoint,
        };
        var groups = options.Value.Groups.Prepend(ReplicationGroups.Default).Distinct(StringComparer.Ordinal)
            .Select(name => GroupOptions.Create(name, endpoints.Voters, tables.Create(name), options.Value));
        try
        {
            return new RaftNode(node, groups, loggers);
        }
        catch (ArgumentException error)
        {
            throw new ReplicationConfigurationException($"{nameof(RaftReplicationOptions)}: {error.Message}", error);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The error that made the start fail is the one to report.")]
    private async Task CleanUpAsync()
    {
        try
        {
            await DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            LogCleanUpFailed(error);
        }
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_node is not { } node)
            return;
        await node.StopAsync(cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        LogStopped();
    }

    private Task CatchUpAsync(CancellationToken cancellationToken) =>
        new CatchUp(_logger).WaitAsync(Groups, options.Value.CatchUpTimeout, cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Replication started: peer {PeerId}, data in {DataDirectory}, {Voters} voter(s), groups: {Groups}.")]
    private partial void LogStarted(string peerId, string dataDirectory, int voters, IEnumerable<string> groups);

    [LoggerMessage(Level = LogLevel.Information, Message = "Replication stopped.")]
    private partial void LogStopped();

    [LoggerMessage(Level = LogLevel.Debug, Message = "Cleaning up after a failed start failed as well.")]
    private partial void LogCleanUpFailed(Exception error);

    private sealed record Running(string PeerId, IReadOnlyList<RaftGroup> Groups, Func<string, IReadOnlyList<string>> Addresses);
}
