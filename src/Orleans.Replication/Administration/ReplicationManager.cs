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

    /// <inheritdoc/>
    public Task AddVoterAsync(string group, string address, CancellationToken cancellationToken) => ChangeAsync(group, found => found.AddVoterAsync(Read(address), cancellationToken));

    /// <inheritdoc/>
    public Task AddLearnerAsync(string group, string address, CancellationToken cancellationToken) => ChangeAsync(group, found => found.AddLearnerAsync(Read(address), cancellationToken));

    /// <inheritdoc/>
    public Task PromoteMemberAsync(string group, string peerId, CancellationToken cancellationToken) => ChangeAsync(group, found => found.PromoteAsync(peerId, cancellationToken));

    /// <inheritdoc/>
    public Task DemoteMemberAsync(string group, string peerId, CancellationToken cancellationToken) => ChangeAsync(group, found => found.DemoteAsync(peerId, cancellationToken));

    /// <inheritdoc/>
    public Task RemoveMemberAsync(string group, string peerId, CancellationToken cancellationToken) => ChangeAsync(group, found => found.RemoveAsync(peerId, cancellationToken));

    /// <inheritdoc/>
    public Task MoveMemberAsync(string group, string address, CancellationToken cancellationToken) => ChangeAsync(group, found => found.ReplaceAddressAsync(Read(address), cancellationToken));

    private RaftPeer Read(string address) => host.ReadPeer(address) ?? throw new ArgumentException(
        $"'{address}' is no address of a silo. Write it like /ip4/10.0.0.2/tcp/4001/p2p/12D3KooW…: with a TCP port, and the peer id that has to answer there.", nameof(address));

    private async Task ChangeAsync(string group, Func<RaftGroup, Task> change) => await OnAsync(group, async found =>
    {
        await change(found).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    private async Task<T> OnAsync<T>(string group, Func<RaftGroup, Task<T>> act)
    {
        var found = host.GetGroup(group);
        try
        {
            return await act(found).ConfigureAwait(false);
        }
        catch (RaftException error) when (error is not MembershipChangeException)
        {
            throw RaftErrors.Translate(error);
        }
    }
}
