using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Administration;

/// <inheritdoc cref="IReplicationManager"/>
internal sealed class ReplicationManager(IReplicationHost host) : IReplicationManager
{
    /// <inheritdoc/>
    public RaftGroupStatus GetStatus(string group) => host.GetGroup(group).GetStatus();

    /// <inheritdoc/>
    public IReadOnlyList<RaftGroupStatus> GetStatus() => [.. host.Groups.Select(group => group.GetStatus())];

    /// <inheritdoc/>
    public Task TransferLeadershipAsync(string group, string? to, CancellationToken cancellationToken) => OnAsync(group, async found =>
    {
        await found.TransferLeadershipAsync(to, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public Task<long> TakeSnapshotAsync(string group, CancellationToken cancellationToken) => OnAsync(group, found => found.TakeSnapshotAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<RaftBackupInfo> BackupAsync(string group, Stream destination, bool stale, CancellationToken cancellationToken) => OnAsync(group, async found =>
    {
        if (!stale)
            await found.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        return await found.BackupAsync(destination, cancellationToken).ConfigureAwait(false);
    });

    private async Task<T> OnAsync<T>(string group, Func<RaftGroup, Task<T>> act)
    {
        var found = host.GetGroup(group);
        try
        {
            return await act(found).ConfigureAwait(false);
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }
}
