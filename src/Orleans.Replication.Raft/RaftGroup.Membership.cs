using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft;

/// <content>
/// Changes of the group's members. Each may be called on any member, waits until the change is committed, and changes one member; one change is made at a time. Each is safe to
/// repeat: what is so already is left alone.
/// </content>
public sealed partial class RaftGroup
{
    /// <summary>How many voters a group may have: 7. An odd number is worth more than the even one above it; even numbers are for the time of a change.</summary>
    public const int MaxVoters = 7;

    private static readonly TimeSpan PromotionRetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Raised when <see cref="Peers"/> are others, or elsewhere: for a transport that lets in and keeps connections only with those. Handlers must not block.
    /// </summary>
    public event Action<RaftGroup>? PeersChanged;

    /// <summary>
    /// Everybody that this member may have to talk to now, without itself: the members of the group, and those that it asks about them. Empty while the group is not started.
    /// </summary>
    public IReadOnlyList<RaftPeer> Peers => _replica?.Peers.Peers.ToList() ?? [];

    /// <summary>
    /// Adds a member that receives the log and counts for no majority. The peer runs, or will, with some of the group's members as its <see cref="RaftGroupOptions.Voters"/>. A group that cannot
    /// reach it goes on as before.
    /// </summary>
    /// <exception cref="MembershipChangeException">It was refused: a change is pending, or the peer is a voter, or a learner elsewhere. Nothing was changed.</exception>
    /// <exception cref="GroupUnavailableException">No leader took it in <see cref="RaftGroupOptions.ProposalTimeout"/>. Nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">No leader confirmed it in time: it may have been made, or be made yet.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the change may have been made.</exception>
    public Task AddLearnerAsync(RaftPeer peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return ChangeAsync(MemberChange.AddLearner, peer.Id, _node.FormatEndPoint(peer.EndPoint), cancellationToken);
    }

    /// <summary>
    /// Makes a learner a voter. Refused while it is behind by more than <see cref="RaftGroupOptions.MaxElectionTimeout"/>, or has not made sure yet that it may vote:
    /// <see cref="MembershipChangeException.Lag"/> says by how many log entries.
    /// </summary>
    /// <inheritdoc cref="RemoveAsync"/>
    public Task PromoteAsync(string peerId, CancellationToken cancellationToken = default) => ChangeAsync(MemberChange.Promote, peerId, string.Empty, cancellationToken);

    /// <summary>Adds a member as a learner, waits until it has caught up, for as long as the caller does, and makes it a voter.</summary>
    /// <inheritdoc cref="AddLearnerAsync"/>
    public async Task AddVoterAsync(RaftPeer peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var isMember = false;
        while (true)
        {
            try
            {
                if (!isMember && Serving.Engine.Configuration.Configuration.IsVoter(peer.Id))
                    return;
                if (!isMember)
                    await AddLearnerAsync(peer, cancellationToken).ConfigureAwait(false);
                isMember = true;
                await PromoteAsync(peer.Id, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (MembershipChangeException e) when (e.Reason is MembershipChangeRefusal.Lagging or MembershipChangeRefusal.ChangePending)
            {
                await Task.Delay(PromotionRetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes a voter a learner: it keeps its copy and counts no longer. A leader hands over first.</summary>
    /// <inheritdoc cref="RemoveAsync"/>
    public Task DemoteAsync(string peerId, CancellationToken cancellationToken = default) => ChangeAsync(MemberChange.Demote, peerId, string.Empty, cancellationToken);

    /// <summary>
    /// Removes a member, also one that cannot be reached. A leader hands over first. The member itself learns it when it asks, becomes quiet, and keeps its folder.
    /// </summary>
    /// <exception cref="MembershipChangeException">
    /// It was refused, and nothing was changed: a change is pending, or the voters that would remain could not make a majority now. A change counts from the moment it is in the log, so
    /// one without a majority could not even be taken back; the price is that the other way, to force a removal, does not exist: bring a voter back instead.
    /// </exception>
    /// <exception cref="GroupUnavailableException">No leader took it in <see cref="RaftGroupOptions.ProposalTimeout"/>. Nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">No leader confirmed it in time: it may have been made, or be made yet.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the change may have been made.</exception>
    public Task RemoveAsync(string peerId, CancellationToken cancellationToken = default) => ChangeAsync(MemberChange.Remove, peerId, string.Empty, cancellationToken);

    /// <summary>Says that a member is at another address, with the same id, role and folder.</summary>
    /// <inheritdoc cref="RemoveAsync"/>
    public Task ReplaceAddressAsync(RaftPeer peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return ChangeAsync(MemberChange.Move, peer.Id, _node.FormatEndPoint(peer.EndPoint), cancellationToken);
    }

    /// <summary>
    /// A process asks to join: called by whoever serves such requests, after it has made sure that the process may ask and is who it says. It is listed in
    /// <see cref="RaftGroupStatus.Waiting"/>, and added by itself where <see cref="RaftGroupOptions.AutoAdmit"/> is set. A minute after it asked last it is forgotten. Does not
    /// wait.
    /// </summary>
    /// <returns>False when 64 others wait already. Asking as a member is harmless.</returns>
    /// <exception cref="GroupUnavailableException">The group is not started or out of service here, or this member is none: ask another.</exception>
    public bool RegisterJoinRequest(RaftPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.Id is not { Length: >= 1 and <= 256 })
            throw new ArgumentException($"'{peer.Id}' is no id of a member: 1 to 256 characters.", nameof(peer));
        var members = Serving.Engine.Configuration.Configuration;
        if (members.Find(LocalId) is null)
            throw new GroupUnavailableException($"This process is no member of group '{Name}' itself.");
        return members.Find(peer.Id) is not null || _waiting.Add(peer);
    }

    private void OnPeersChanged() => PeersChanged?.Invoke(this);

    private Task ChangeAsync(MemberChange change, string id, string address, CancellationToken cancellationToken)
    {
        if (id is not { Length: >= 1 and <= 256 })
            throw new ArgumentException($"'{id}' is no id of a member: 1 to 256 characters.", nameof(id));
        return Serving.Membership.ChangeAsync(new ChangeMember { Change = change, Id = id, Address = address }, cancellationToken);
    }
}
