using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Consensus on the order of log entries, as the group needs it: the seam behind which another engine could take its place. Entries that are
/// committed go to the <see cref="Apply.CommandApplier"/> in order.
/// </summary>
internal interface IConsensusEngine : IAsyncDisposable
{
    /// <summary>This replica's role.</summary>
    RaftRole Role { get; }

    /// <summary>The current term, as kept on disk.</summary>
    long Term { get; }

    /// <summary>The id of the leader that this replica follows or is; null while there is none.</summary>
    string? Leader { get; }

    /// <summary>The last entry in the log, committed or not.</summary>
    long LastIndex { get; }

    /// <summary>The last entry known to be committed.</summary>
    long CommitIndex { get; }

    /// <summary>The last entry applied to the state.</summary>
    long AppliedIndex { get; }

    /// <summary>Raised when the leader changed, and when this member became ready to lead or stopped to be.</summary>
    event Action? LeadershipChanged;

    /// <summary>Raised when the commit index has moved, on any member. A leader's followers do not know it before the next round.</summary>
    event Action? Committed;

    /// <summary>Opens the log, applies what was committed, and begins to follow.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops to take part.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Cancelled when this member stops to lead; cancelled already when it does not lead, or not yet.</summary>
    CancellationToken Leadership { get; }

    /// <summary>Puts an entry into the log of the leader. It may or may not be committed afterwards.</summary>
    /// <returns>The entry's index, if it is committed at all.</returns>
    /// <exception cref="NotLeaderException">Nothing was put anywhere.</exception>
    ValueTask<long> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellationToken);

    /// <summary>
    /// Lets the leader's next round begin now instead of at the next heartbeat: there is a commit that the followers should hear of. Does nothing on a follower.
    /// </summary>
    void BeginRound();

    /// <summary>
    /// On the leader: the commit index as it was when the call began, once a quorum has confirmed, after that moment, that this member still
    /// leads (SAFETY 6).
    /// </summary>
    /// <exception cref="NotLeaderException">This member does not lead.</exception>
    ValueTask<long> GetReadIndexAsync(CancellationToken cancellationToken);

    /// <summary>On the leader: up to which entry a peer has said that it has the log on disk; null when this member does not lead, or does not know the peer.</summary>
    long? MatchIndexOf(string id);

    /// <summary>True while this member leads and nobody else can: without a question to anybody (SAFETY S9).</summary>
    bool HoldsLease { get; }

    /// <summary>
    /// On a leader with a lease: the commit index, which was the group's at a moment after the call began. The clock is looked at before and after.
    /// </summary>
    bool TryGetLeaseIndex(out long index);

    /// <inheritdoc cref="RaftGroup.GetStaleness"/>
    TimeSpan? Staleness { get; }

    /// <summary>Now, for <see cref="IsWithinLease"/>.</summary>
    long LeaseTime { get; }

    /// <summary>True when a moment is less ago than a lease lasts.</summary>
    bool IsWithinLease(long since);

    /// <summary>Waits until an entry is applied here.</summary>
    ValueTask WaitForApplyAsync(long index, CancellationToken cancellationToken);

    /// <summary>Gives up leadership, in favour of a member when one is named.</summary>
    /// <exception cref="NotLeaderException">This member does not lead.</exception>
    Task TransferLeadershipAsync(string? to, CancellationToken cancellationToken);

    /// <summary>
    /// A majority of the others agrees on a leader: from now on this member, whose disk was empty, follows leaders of that term and later ones
    /// (SAFETY 12).
    /// </summary>
    Task FollowAsync(long term, CancellationToken cancellationToken);

    /// <summary>The group has admitted this member, whose disk was empty: from now on it votes (SAFETY 12).</summary>
    /// <param name="leader">
    /// The leader that it has followed, if any; it counts as this member's vote in the current term, since an earlier one may be lost.
    /// </param>
    Task AdmitAsync(string? leader, CancellationToken cancellationToken);

    /// <summary>Answers a request of a peer.</summary>
    /// <param name="sender">The peer, as the transport has proven it.</param>
    /// <param name="request">What it asks.</param>
    /// <param name="snapshots">Collects the snapshot that comes over its connection.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="asLearner">True when the sender leads and takes this member for a learner: its acknowledgement counts for nothing, so it needs no admission.</param>
    ValueTask<RaftResponse> HandleAsync(
        string sender, RaftRequest request, Snapshots.SnapshotReceiver snapshots, CancellationToken cancellationToken, bool asLearner = false);

    /// <summary>The members of the group that count for this replica: the last in its log, committed or not.</summary>
    LoggedConfiguration Configuration { get; }

    /// <summary>The last members that are known to be committed.</summary>
    LoggedConfiguration CommittedConfiguration { get; }

    /// <summary>Raised when <see cref="Configuration"/> is another one.</summary>
    event Action? ConfigurationChanged;

    /// <summary>True when this member has kept all that it ever promised (SAFETY 12), so that it may vote when it is asked.</summary>
    bool IsAdmitted { get; }

    /// <summary>On the leader: puts a configuration in the place of another, and waits until it is committed and applied here.</summary>
    /// <returns>Its log index.</returns>
    /// <exception cref="NotLeaderException">This member does not lead, or would have no vote afterwards. Nothing was done.</exception>
    /// <exception cref="MembershipChangeException">A change is pending. Nothing was done.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, or this member leads no longer: it may or may not be committed.</exception>
    Task<long> ChangeConfigurationAsync(GroupConfiguration next, LoggedConfiguration instead, CancellationToken cancellationToken);

    /// <summary>On the leader: how many entries a learner is behind; null when this member does not lead, or it is no learner.</summary>
    long? LagOf(string id);

    /// <summary>On the leader: true when a learner is behind by less than an election time-out, so that a vote of its own holds nobody up.</summary>
    bool IsCaughtUp(string id);

    /// <summary>On the leader: true when a member has answered in the last two election time-outs.</summary>
    bool HasHeardFrom(string id);

    /// <summary>On the leader: of the voters that can be reached, the one that has the most of the log; null when there is none.</summary>
    string? FindSuccessor();

    /// <summary>A peer says that this member is none in a committed configuration: until its log knows a later one, it is quiet.</summary>
    Task LearnRemovalAsync(long configurationIndex, CancellationToken cancellationToken);
}
