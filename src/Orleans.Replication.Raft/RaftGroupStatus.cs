namespace Orleans.Replication.Raft;

/// <summary>What one replica knows about its group, at one moment.</summary>
public sealed record RaftGroupStatus
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>This replica's role.</summary>
    public required RaftRole Role { get; init; }

    /// <summary>The current term, as kept on disk.</summary>
    public required long Term { get; init; }

    /// <summary>The id of the leader this replica follows (or is); null while there is none.</summary>
    public required string? Leader { get; init; }

    /// <summary>Every entry up to this log index is known to be committed.</summary>
    public required long CommitIndex { get; init; }

    /// <summary>Every entry up to this log index is applied to the local state. Never above <see cref="CommitIndex"/>.</summary>
    public required long AppliedIndex { get; init; }

    /// <summary>The members that count for this replica, in the order of their ids: the last that its log knows, committed or not.</summary>
    public required IReadOnlyList<RaftMember> Members { get; init; }

    /// <summary>
    /// The processes that have asked this member to join and are no members yet, who asked first first: they wait for <see cref="RaftGroup.AddVoterAsync"/> or
    /// <see cref="RaftGroup.AddLearnerAsync"/>, or for <see cref="RaftGroupOptions.AutoAdmit"/>. Others may have asked other members.
    /// </summary>
    public IReadOnlyList<WaitingPeer> Waiting { get; init; } = [];

    /// <summary>Why this replica is out of service; null while it is healthy.</summary>
    public string? Fault { get; init; }

    /// <summary>
    /// That the states of the members are apart, and no majority of them is equal (SAFETY 14): all go on, and an operator has to decide whose state counts. Null otherwise. A member
    /// that differs from a majority goes into quarantine instead.
    /// </summary>
    public string? Divergence { get; init; }

    /// <summary>
    /// Why this member's files were moved into quarantine, while its peers make it whole again: it does not vote until then. Null otherwise.
    /// </summary>
    public string? Quarantine { get; init; }
}
