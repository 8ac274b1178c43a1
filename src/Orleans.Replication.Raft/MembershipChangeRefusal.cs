namespace Orleans.Replication.Raft;

/// <summary>Why a change of a group's members was refused. The values are part of the wire format.</summary>
public enum MembershipChangeRefusal
{
    /// <summary>An earlier change is not committed yet: one member is changed at a time. Try again.</summary>
    ChangePending = 1,

    /// <summary>The member to promote, demote or move is no member of the group.</summary>
    NoMember = 2,

    /// <summary>The member to add is a voter already, or a learner at another address.</summary>
    MemberAlready = 3,

    /// <summary>The learner has not caught up, or is not ready to vote. <see cref="MembershipChangeException.Lag"/> says how far it is behind. Try again.</summary>
    Lagging = 4,

    /// <summary>The group has as many voters as it may have: <see cref="RaftGroup.MaxVoters"/>.</summary>
    TooManyVoters = 5,

    /// <summary>The last voter cannot be taken away.</summary>
    LastVoter = 6,

    /// <summary>
    /// Of the voters that would remain, too few can be reached to make a majority: after the change, nothing could be written before some of them are back.
    /// </summary>
    NoMajority = 7,
}
