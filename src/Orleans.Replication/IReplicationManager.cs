using Orleans.Replication.Raft;

namespace Orleans.Replication;

/// <summary>
/// What an operator asks of the groups on this silo. A singleton of the silo's services; the tool <c>orleans-replication</c> reaches the same over the network. Calls that
/// concern a whole group may be made on any of its silos.
/// </summary>
public interface IReplicationManager
{
    /// <summary>What this silo knows about a group. Does not wait.</summary>
    /// <param name="group">The group's name.</param>
    /// <exception cref="ReplicationUnavailableException">Replication has not started on this silo.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    RaftGroupStatus GetStatus(string group);

    /// <summary>What this silo knows about all of its groups, in the order of their names.</summary>
    /// <exception cref="ReplicationUnavailableException">Replication has not started on this silo.</exception>
    IReadOnlyList<RaftGroupStatus> GetStatus();

    /// <summary>Hands the leadership of a group over: to a voter that has everything committed, or to whichever wins the election.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="to">The peer id of the voter; null for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException"><paramref name="to"/> is no voter.</exception>
    /// <exception cref="ReplicationUnavailableException">There is no leader, it did not answer, or <paramref name="to"/> is behind.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    Task TransferLeadershipAsync(string group, string? to = null, CancellationToken cancellationToken = default);

    /// <summary>Takes a snapshot of this silo's replica now, and drops the log before it with the next write.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The log index of the snapshot; 0 when there is nothing yet.</returns>
    /// <exception cref="ReplicationUnavailableException">The replica is out of service.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    Task<long> TakeSnapshotAsync(string group, CancellationToken cancellationToken = default);

    /// <summary>Writes a backup of a group from this silo's replica, while it serves. <c>orleans-replication verify</c> and <c>restore</c> read it.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="destination">Where to; not closed.</param>
    /// <param name="stale">
    /// False waits first until the replica has everything that was acknowledged before the call; true takes what it has, which needs no quorum.
    /// </param>
    /// <param name="cancellationToken">Ends it; what was written so far is no backup.</param>
    /// <returns>What is in it.</returns>
    /// <exception cref="ReplicationUnavailableException">The replica is out of service, or no leader could confirm itself.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    Task<RaftBackupInfo> BackupAsync(string group, Stream destination, bool stale = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a silo to a group as a learner, waits until it has caught up, for as long as the caller does, and makes it a voter. The silo runs, with
    /// <see cref="Orleans.Configuration.RaftReplicationOptions.JoinAddresses"/>. Safe to repeat: it goes on from where the group is.
    /// </summary>
    /// <param name="group">The group's name. A silo has a replica of each of its groups, and is added to each.</param>
    /// <param name="address">The silo's address with its peer id; several, separated by commas.</param>
    /// <param name="cancellationToken">Ends the wait: the silo stays a learner when it is one already.</param>
    /// <inheritdoc cref="RemoveMemberAsync"/>
    Task AddVoterAsync(string group, string address, CancellationToken cancellationToken = default);

    /// <summary>Adds a silo to a group as a learner: it has a copy, and counts for no majority. Returns when the group has agreed, not when the silo has caught up. Safe to repeat.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="address">The silo's address with its peer id; several, separated by commas.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been made.</param>
    /// <inheritdoc cref="RemoveMemberAsync"/>
    Task AddLearnerAsync(string group, string address, CancellationToken cancellationToken = default);

    /// <summary>Makes a learner that has caught up a voter. Safe to repeat.</summary>
    /// <inheritdoc cref="RemoveMemberAsync"/>
    Task PromoteMemberAsync(string group, string peerId, CancellationToken cancellationToken = default);

    /// <summary>Makes a voter a learner: it keeps its copy and counts no longer. A leader hands over first. Safe to repeat.</summary>
    /// <inheritdoc cref="RemoveMemberAsync"/>
    Task DemoteMemberAsync(string group, string peerId, CancellationToken cancellationToken = default);

    /// <summary>Removes a member, also one that is down; a leader hands over first. Its data folder is left as it is. Safe to repeat: who is no member is left alone.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="peerId">The member's peer id.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been made.</param>
    /// <exception cref="ArgumentException">The peer id, or the address, is none.</exception>
    /// <exception cref="MembershipChangeException">The group refused, and nothing was changed: <see cref="MembershipChangeException.Reason"/> says whether it is worth another try.</exception>
    /// <exception cref="ReplicationUnavailableException">No leader took it in time. Nothing was changed.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">No leader confirmed it in time: it may have been made, or be made yet. Ask again.</exception>
    /// <exception cref="ReplicationConfigurationException">The silo has no group of this name.</exception>
    Task RemoveMemberAsync(string group, string peerId, CancellationToken cancellationToken = default);

    /// <summary>Says that a member is at another address, with the same peer id, role and data folder. Safe to repeat.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="address">The silo's new address with its peer id; several, separated by commas.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been made.</param>
    /// <inheritdoc cref="RemoveMemberAsync"/>
    Task MoveMemberAsync(string group, string address, CancellationToken cancellationToken = default);
}
