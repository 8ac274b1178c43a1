using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft;

/// <summary>Hosts the Raft groups of one member: their folders, their connections, their life.</summary>
public sealed class RaftNode : IAsyncDisposable
{
    private readonly RaftNodeOptions _options;
    private readonly FrozenDictionary<string, RaftGroup> _groups;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConnectionServer _raftServer;
    private readonly ConnectionServer _groupServer;
    private readonly CancellationTokenSource _stopping = new();
    private bool _started;
    private bool _stopped;
    private bool _disposed;

    /// <summary>Makes a node. Nothing is opened before <see cref="StartAsync"/>.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message says what to write instead.</exception>
    public RaftNode(RaftNodeOptions options, IEnumerable<RaftGroupOptions> groups, ILoggerFactory loggerFactory, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        OptionsCheck.Validate(options);
        var time = timeProvider ?? TimeProvider.System;
        _options = options;
        _groups = groups.Select(group => new RaftGroup(options, group, loggerFactory, time, _stopping.Token)).ToFrozenDictionary(group => group.Name);
        var logger = loggerFactory.CreateLogger<RaftNode>();
        var raftRequests = new RaftRequests(options, FindReplica, new CurrentSessions());
        var groupRequests = new GroupRequests(options, FindReplica);
        _raftServer = new ConnectionServer(options.RaftListener, options.IdentifyPeer, raftRequests.ServeAsync, logger);
        _groupServer = new ConnectionServer(options.GroupListener, options.IdentifyPeer, groupRequests.ServeAsync, logger);
    }

    /// <summary>The groups, by name. They serve between <see cref="StartAsync"/> and <see cref="StopAsync"/>.</summary>
    public IReadOnlyDictionary<string, RaftGroup> Groups => _groups;

    /// <summary>
    /// Opens the folders, applies what was committed, and begins to take part. Does not wait for a leader.
    /// </summary>
    /// <exception cref="RaftStorageException">A folder cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_started)
                return;
            Directory.CreateDirectory(_options.DataDirectory);
            foreach (var group in _groups.Values)
                await group.StartAsync(cancellationToken).ConfigureAwait(false);
            _raftServer.Start();
            _groupServer.Start();
            _started = true;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>
    /// Leaves in order: leadership is given up, waiting callers are told, everything is flushed and closed. A node is not started again.
    /// </summary>
    /// <param name="cancellationToken">Ends the attempt to give leadership up in good order; the node is stopped nevertheless.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _changing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_stopped)
                return;
            _stopped = true;
            await _stopping.CancelAsync().ConfigureAwait(false);
            foreach (var group in _groups.Values)
                await group.ResignAsync(cancellationToken).ConfigureAwait(false);
            await _groupServer.DisposeAsync().ConfigureAwait(false);
            await _raftServer.DisposeAsync().ConfigureAwait(false);
            foreach (var group in _groups.Values)
                await group.StopAsync().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        await StopAsync().ConfigureAwait(false);
        _disposed = true;
        _changing.Dispose();
        _stopping.Dispose();
    }

    private GroupReplica? FindReplica(string group) => _groups.GetValueOrDefault(group)?.Replica;
}
