using Orleans.Replication.Raft;

namespace Orleans.Replication.Tests.Administration;

/// <summary>Knows a status, and does nothing.</summary>
internal sealed class StatusManager(Func<IReadOnlyList<RaftGroupStatus>> status) : IReplicationManager
{
    public RaftGroupStatus GetStatus(string group) => status()[0];

    public IReadOnlyList<RaftGroupStatus> GetStatus() => status();

    public Task TransferLeadershipAsync(string group, string? to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> TakeSnapshotAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RaftBackupInfo> BackupAsync(string group, Stream destination, bool stale, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AddVoterAsync(string group, string address, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AddLearnerAsync(string group, string address, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task PromoteMemberAsync(string group, string peerId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DemoteMemberAsync(string group, string peerId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemoveMemberAsync(string group, string peerId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task MoveMemberAsync(string group, string address, CancellationToken cancellationToken) => throw new NotSupportedException();
}
