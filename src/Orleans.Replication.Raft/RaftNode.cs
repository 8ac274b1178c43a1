using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft;

/// <summary>Hosts the Raft groups of one member: their folders, their connections, their life.</summary>
public sealed class RaftNode : IAsyncDisposable
{
    /// <summary>Makes a node. Nothing is opened before <see cref="StartAsync"/>.</summary>
    public RaftNode(RaftNodeOptions options, IEnumerable<RaftGroupOptions> groups, ILoggerFactory loggerFactory, TimeProvider? timeProvider = null) =>
        throw new NotSupportedException();

    /// <summary>The groups, by name. They serve between <see cref="StartAsync"/> and <see cref="StopAsync"/>.</summary>
    public IReadOnlyDictionary<string, RaftGroup> Groups => throw new NotSupportedException();

    /// <summary>
    /// Opens the folders, replays what was committed, and begins to take part. Does not wait for a leader.
    /// </summary>
    /// <exception cref="RaftStorageException">A folder cannot be used.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Leaves in order: leadership is handed over, waiting callers are told, everything is flushed and closed.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
